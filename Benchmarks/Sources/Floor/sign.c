// AWS Signature Version 4, and the texts that requests are made of.

#include "floor.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const EVP_MD *algorithm(void) {
    static EVP_MD *fetched;
    if (!fetched && !(fetched = EVP_MD_fetch(NULL, "SHA256", NULL))) fail("EVP_MD_fetch");
    return fetched;
}

static void sha256(const void *bytes, size_t length, unsigned char hash[32]) {
    if (!EVP_Digest(bytes, length, hash, NULL, algorithm(), NULL)) fail("EVP_Digest");
}

static void write_hex(const unsigned char hash[32], char hex[65]) {
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = "0123456789abcdef"[hash[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
    }
    hex[64] = 0;
}

void sha256_hex(const void *bytes, size_t length, char hex[65]) {
    unsigned char hash[32];
    sha256(bytes, length, hash);
    write_hex(hash, hex);
}

/// As RFC 2104 has it; keys are of 64 bytes at most here.
static void hmac(const void *key, size_t key_length, const char *message, size_t length, unsigned char code[32]) {
    unsigned char inner[64 + 1024] = {0}, outer[64 + 32] = {0};
    if (key_length > 64 || length > 1024) fail("hmac");
    memcpy(inner, key, key_length);
    memcpy(outer, key, key_length);
    for (int i = 0; i < 64; i++) {
        inner[i] ^= 0x36;
        outer[i] ^= 0x5c;
    }
    memcpy(inner + 64, message, length);
    sha256(inner, 64 + length, outer + 64);
    sha256(outer, sizeof outer, code);
}

/// The key of a day and a service; derived when one of these is another than before.
static const unsigned char *signing_key(const char *service, const char *day) {
    static struct { char service[16], day[9]; unsigned char key[32]; } keys[2];
    int index = service[0] == 's';
    if (strcmp(keys[index].day, day)) {
        char secret[64];
        int length = snprintf(secret, sizeof secret, "AWS4%s", settings.secret);
        unsigned char *key = keys[index].key;
        hmac(secret, (size_t)length, day, 8, key);
        hmac(key, 32, "us-east-1", 9, key);
        hmac(key, 32, service, strlen(service), key);
        hmac(key, 32, "aws4_request", 12, key);
        strcpy(keys[index].day, day);
    }
    return keys[index].key;
}

static const struct tm *broken_down(time_t second) {
    static time_t known;
    static struct tm time;
    if (second != known) gmtime_r(&second, &time);
    known = second;
    return &time;
}

void write_instant(char text[25], long seconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm time;
    time_t second = now.tv_sec + seconds;
    if (seconds) gmtime_r(&second, &time); else time = *broken_down(second);
    strftime(text, 25, "%Y-%m-%dT%H:%M:%S", &time);
    snprintf(text + 19, 6, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

void write_uuid(char text[37]) {
    static uint64_t state = 88172645463325252u;
    unsigned char bytes[16];
    for (int i = 0; i < 2; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        memcpy(bytes + 8 * i, &state, 8);
    }
    bytes[6] = (bytes[6] & 15) | 0x70;
    bytes[8] = (bytes[8] & 63) | 0x80;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *text++ = '-';
        *text++ = "0123456789abcdef"[bytes[i] >> 4];
        *text++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *text = 0;
}

void sign(struct call *call) {
    const struct operation *operation = call->operation;
    const char *query_mode = operation->is_query_compatible ? "x-amzn-query-mode:true\n" : "";
    const char *names = operation->is_query_compatible
        ? "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-target;x-amzn-query-mode"
        : "amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;x-amz-target";
    char hash[65], canonical[1024], text[256], scope[64], day[9];
    strftime(call->date, sizeof call->date, "%Y%m%dT%H%M%SZ", broken_down(time(NULL)));
    memcpy(day, call->date, 8);
    day[8] = 0;
    write_uuid(call->id);
    sha256_hex(call->body, call->body_length, hash);
    int length = snprintf(canonical, sizeof canonical,
                          "POST\n/\n\namz-sdk-invocation-id:%s\namz-sdk-request:%s\n"
                          "content-type:application/x-amz-json-1.0\nhost:%s\nx-amz-date:%s\nx-amz-target:%s\n%s\n%s\n%s",
                          call->id, operation->attempt, settings.host, call->date, operation->target, query_mode, names,
                          hash);
    sha256_hex(canonical, (size_t)length, hash);
    snprintf(scope, sizeof scope, "%s/us-east-1/%s/aws4_request", day, operation->service);
    length = snprintf(text, sizeof text, "AWS4-HMAC-SHA256\n%s\n%s\n%s", call->date, scope, hash);
    unsigned char code[32];
    hmac(signing_key(operation->service, day), 32, text, (size_t)length, code);
    write_hex(code, hash);
    snprintf(call->authorization, sizeof call->authorization,
             "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s", settings.key_id, scope, names, hash);
}
