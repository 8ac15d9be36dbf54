#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <openssl/evp.h>
#include <stdatomic.h>
#include <stddef.h>

// EVP_MD_fetch searches the providers under a lock, so each digest is fetched once and kept for the process.
// Two threads may fetch at once; the one that comes second gives its copy back.
static inline const EVP_MD *ccrypto_fetch_once(_Atomic(EVP_MD *) *slot, const char *name, const char *properties) {
    EVP_MD *known = atomic_load_explicit(slot, memory_order_acquire);
    if (known != NULL) return known;
    EVP_MD *fetched = EVP_MD_fetch(NULL, name, properties);
    if (fetched == NULL) return NULL;
    if (atomic_compare_exchange_strong(slot, &known, fetched)) return fetched;
    EVP_MD_free(fetched);
    return known;
}

static inline const EVP_MD *ccrypto_sha256(void) {
    static _Atomic(EVP_MD *) slot;
    return ccrypto_fetch_once(&slot, "SHA256", NULL);
}

static inline const EVP_MD *ccrypto_sha1(void) {
    static _Atomic(EVP_MD *) slot;
    return ccrypto_fetch_once(&slot, "SHA1", NULL);
}

// "-fips": a host in FIPS mode would refuse MD5, which is a checksum here.
static inline const EVP_MD *ccrypto_md5(void) {
    static _Atomic(EVP_MD *) slot;
    return ccrypto_fetch_once(&slot, "MD5", "-fips");
}

#endif
