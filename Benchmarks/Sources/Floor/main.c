#include "floor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings settings;
struct transport transport;
int events_descriptor;

static struct call *idle_calls;

void fail(const char *what) {
    fprintf(stderr, "floor: %s (errno %d)\n", what, errno);
    exit(1);
}

void watch_descriptor(int descriptor, uint32_t events, struct watch *watch) {
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(events_descriptor, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl");
}

/// Makes room for so many bytes and a NUL.
void receive_more(struct call *call, size_t room) {
    size_t needed = call->answer_length + room + 1;
    if (needed <= call->answer_capacity) return;
    call->answer_capacity = 2 * needed;
    call->answer = realloc(call->answer, call->answer_capacity);
    if (!call->answer) fail("realloc");
}

struct call *take_call(const struct operation *operation, void (*finish)(struct call *), void *context) {
    struct call *call = idle_calls;
    if (call) idle_calls = call->next;
    else if (!(call = calloc(1, sizeof *call))) fail("calloc");
    call->operation = operation;
    call->finish = finish;
    call->context = context;
    call->body_length = call->answer_length = 0;
    return call;
}

void give_back(struct call *call) {
    call->next = idle_calls;
    idle_calls = call;
}

void write_body(struct call *call, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = BODY_LIMIT - call->body_length;
    int length = vsnprintf(call->body + call->body_length, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) fail("a body is too large");
    call->body_length += (size_t)length;
}

void send_call(struct call *call) {
    sign(call);
    transport.send(call);
}

int copy_between(const char *text, const char *before, const char *after, char *out, size_t capacity) {
    const char *start = strstr(text, before);
    if (!start) return 0;
    start += strlen(before);
    const char *end = strstr(start, after);
    if (!end || (size_t)(end - start) >= capacity) return 0;
    memcpy(out, start, (size_t)(end - start));
    out[end - start] = 0;
    return 1;
}

static void send_batch(struct batch *batch);

static void finish_batch(struct call *call) {
    void **entries = call->context;
    struct batch *batch = entries[0];
    batch->under_way--;
    for (int i = 1; entries[i]; i++) batch->finish_entry(entries[i]);
    free(entries);
    give_back(call);
    if (batch->count && (!batch->under_way || batch->count >= BATCH_LIMIT)) send_batch(batch);
}

static void send_batch(struct batch *batch) {
    int count = batch->count < BATCH_LIMIT ? batch->count : BATCH_LIMIT;
    void **entries = calloc((size_t)count + 2, sizeof *entries);
    if (!entries) fail("calloc");
    entries[0] = batch;
    memcpy(entries + 1, batch->waiting, (size_t)count * sizeof *entries);
    batch->count -= count;
    memmove(batch->waiting, batch->waiting + count, (size_t)batch->count * sizeof *entries);
    batch->under_way++;
    struct call *call = take_call(count == 1 ? batch->one : batch->many, finish_batch, entries);
    if (count == 1) {
        batch->write_one(call, entries[1]);
    } else {
        write_body(call, "{\"QueueUrl\":\"%s\",\"Entries\":[", settings.queue_url);
        for (int i = 0; i < count; i++) {
            if (i) write_body(call, ",");
            batch->write_entry(call, i, entries[i + 1]);
        }
        write_body(call, "]}");
    }
    send_call(call);
}

void add_to_batch(struct batch *batch, void *entry) {
    if (batch->count == sizeof batch->waiting / sizeof *batch->waiting) fail("too many wait");
    batch->waiting[batch->count++] = entry;
    if (!batch->under_way || (batch->count >= BATCH_LIMIT && batch->under_way < BATCHES_AT_ONCE)) send_batch(batch);
}

static const char *variable(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    if (!value && !otherwise) fail(name);
    return value ? value : otherwise;
}

static void read_settings(void) {
    const char *endpoint = variable("AWS_ENDPOINT_URL", NULL);
    if (strncmp(endpoint, "http://", 7)) fail("AWS_ENDPOINT_URL must begin with http://");
    settings.host = endpoint + 7;
    settings.queue_url = variable("SQS_QUEUE_URL", NULL);
    settings.table = variable("DDB_TABLE", NULL);
    settings.key_id = variable("AWS_ACCESS_KEY_ID", NULL);
    settings.secret = variable("AWS_SECRET_ACCESS_KEY", NULL);
    settings.port = atoi(variable("PORT", "8080"));
    settings.slots = atoi(variable("WORKER_CONCURRENCY", "64"));
}

int main(int argc, char **argv) {
    if (argc != 3) fail("usage: Floor api|worker curl|connect");
    read_settings();
    events_descriptor = epoll_create1(EPOLL_CLOEXEC);
    transport = strcmp(argv[2], "curl") ? transport_connect : transport_curl;
    transport.start();
    if (strcmp(argv[1], "api")) start_worker(); else start_api();
    for (;;) {
        struct epoll_event events[64];
        int patience = transport.patience();
        int count = patience ? epoll_wait(events_descriptor, events, 64, patience) : 0;
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < count; i++) {
            struct watch *watch = events[i].data.ptr;
            watch->ready(watch, events[i].events);
        }
        transport.tick();
    }
}
