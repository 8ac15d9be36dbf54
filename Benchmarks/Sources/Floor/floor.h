// What svc-api and svc-worker ask of AWS and nothing else: one thread, one epoll instance, no retries, no checks, no logs.
//
// It is what a submit and a job cannot cost less than with libcurl (transport `curl`), or with connections that libcurl
// makes and HTTP/1.1 that is written and read here (transport `connect`).

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

enum { BODY_LIMIT = 16 * 1024, BATCH_LIMIT = 10, BATCHES_AT_ONCE = 8 };

/// An operation of a service with AWS JSON.
struct operation {
    const char *service;
    const char *target;
    const char *attempt;
    int is_query_compatible;
};

/// One request and its answer. It keeps its connection from one request to the next.
struct call {
    const struct operation *operation;
    /// Told when the answer is there.
    void (*finish)(struct call *call);
    void *context;
    char body[BODY_LIMIT];
    size_t body_length;
    char date[17], id[37], authorization[400];
    char *answer;
    size_t answer_length, answer_capacity;
    void *connection;
    struct call *next;
};

/// What epoll tells of.
struct watch {
    void (*ready)(struct watch *watch, uint32_t events);
};

/// The environment, and what is made of it.
struct settings {
    const char *host, *queue_url, *table, *key_id, *secret;
    int port, slots;
};

/// How requests go out.
struct transport {
    void (*start)(void);
    void (*send)(struct call *call);
    /// Milliseconds until `tick` is due; -1 for never.
    int (*patience)(void);
    void (*tick)(void);
};

extern struct settings settings;
extern struct transport transport;
extern const struct transport transport_curl, transport_connect;
extern int events_descriptor;

void fail(const char *what);
void watch_descriptor(int descriptor, uint32_t events, struct watch *watch);
void receive_more(struct call *call, size_t room);

/// Takes a call that nobody uses, and gives it back.
struct call *take_call(const struct operation *operation, void (*finish)(struct call *), void *context);
void give_back(struct call *call);
/// Signs and sends what has been written into the body.
void send_call(struct call *call);
void write_body(struct call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

void sign(struct call *call);
void sha256_hex(const void *bytes, size_t length, char hex[65]);
void write_uuid(char text[37]);
/// `2024-01-01T00:00:00.000Z`, so many seconds from now.
void write_instant(char text[25], long seconds);
/// Copies what stands between two texts; 0 if it is not there.
int copy_between(const char *text, const char *before, const char *after, char *out, size_t capacity);

/// Entries that go out together, as svc-api and svc-worker have them: alone when none is under way, else up to ten.
struct batch {
    const struct operation *one, *many;
    void (*write_one)(struct call *call, void *entry);
    void (*write_entry)(struct call *call, int index, void *entry);
    void (*finish_entry)(void *entry);
    void *waiting[4096];
    int count, under_way;
};

void add_to_batch(struct batch *batch, void *entry);

void start_api(void);
void start_worker(void);
