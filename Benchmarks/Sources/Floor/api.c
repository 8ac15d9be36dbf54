// svc-api's submit: POST /jobs puts the job and sends its message, and is answered with 202.

#include "floor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_LIMIT = 16 * 1024 };

static const struct operation put = {"dynamodb", "DynamoDB_20120810.PutItem", "attempt=1; max=4", 0};
static const struct operation send_one = {"sqs", "AmazonSQS.SendMessage", "attempt=1; max=3", 1};
static const struct operation send_many = {"sqs", "AmazonSQS.SendMessageBatch", "attempt=1; max=3", 1};

/// A client's connection, and the job that it has submitted last: it waits for the answer before the next one.
struct client {
    struct watch watch;
    int descriptor;
    char request[REQUEST_LIMIT];
    size_t length;
    char id[37], trace[33], hash[65], type[64], payload[4096];
};

static void write_message(struct call *call, struct client *client) {
    write_body(call,
               "\"MessageBody\":\"{\\\"jobId\\\":\\\"%s\\\",\\\"payloadHash\\\":\\\"%s\\\",\\\"traceId\\\":\\\"%s\\\","
               "\\\"generation\\\":0}\",\"MessageAttributes\":{\"jobType\":{\"DataType\":\"String\",\"StringValue\":\"%s\"}},"
               "\"MessageSystemAttributes\":{\"AWSTraceHeader\":{\"DataType\":\"String\",\"StringValue\":"
               "\"Root=1-%.8s-%s;Parent=%.16s;Sampled=1\"}}",
               client->id, client->hash, client->trace, client->type, client->trace, client->trace + 8, client->trace);
}

static void write_one(struct call *call, void *entry) {
    write_body(call, "{\"QueueUrl\":\"%s\",", settings.queue_url);
    write_message(call, entry);
    write_body(call, "}");
}

static void write_entry(struct call *call, int index, void *entry) {
    write_body(call, "{\"Id\":\"%d\",", index);
    write_message(call, entry);
    write_body(call, "}");
}

static void answer(struct client *client, const char *status, const char *body) {
    char text[1024];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\nContent-Type: application/json\r\nLocation: /jobs/%s\r\nContent-Length: %zu\r\n\r\n%s",
                          status, client->id, strlen(body), body);
    if (send(client->descriptor, text, (size_t)length, MSG_NOSIGNAL) != length) fail("send");
}

static void sent(void *entry) {
    struct client *client = entry;
    char body[256];
    snprintf(body, sizeof body, "{\"jobId\":\"%s\",\"status\":\"PENDING\",\"traceId\":\"%s\"}", client->id, client->trace);
    answer(client, "202 Accepted", body);
}

static struct batch messages = {&send_one, &send_many, write_one, write_entry, sent, {0}, 0, 0};

static void stored(struct call *call) {
    struct client *client = call->context;
    give_back(call);
    add_to_batch(&messages, client);
}

/// Writes a text as the content of a string.
static void write_escaped(struct call *call, const char *text) {
    if (call->body_length + 2 * strlen(text) >= BODY_LIMIT) fail("a body is too large");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') call->body[call->body_length++] = '\\';
        call->body[call->body_length++] = *text;
    }
}

static void submit(struct client *client, const char *body) {
    if (!copy_between(body, "\"type\":\"", "\"", client->type, sizeof client->type)) fail("a request without a type");
    const char *payload = strstr(body, "\"payload\":");
    const char *end = strrchr(body, '}');
    if (!payload || !end || (size_t)(end - payload) >= sizeof client->payload) fail("a request without a payload");
    payload += 10;
    memcpy(client->payload, payload, (size_t)(end - payload));
    client->payload[end - payload] = 0;
    sha256_hex(client->payload, strlen(client->payload), client->hash);
    char other[37], now[25];
    write_uuid(client->id);
    write_uuid(other);
    write_instant(now, 0);
    for (int from = 0, to = 0; from < 36; from++) {
        if (other[from] != '-') client->trace[to++] = other[from];
    }
    struct call *call = take_call(&put, stored, client);
    write_body(call,
               "{\"TableName\":\"%s\",\"Item\":{\"PK\":{\"S\":\"JOB#%s\"},\"status\":{\"S\":\"PENDING\"},"
               "\"type\":{\"S\":\"%s\"},\"payload\":{\"S\":\"", settings.table, client->id, client->type);
    write_escaped(call, client->payload);
    write_body(call,
               "\"},\"payloadHash\":{\"S\":\"%s\"},\"tenant\":{\"S\":\"default\"},\"generation\":{\"N\":\"0\"},"
               "\"attempts\":{\"N\":\"0\"},\"maxAttempts\":{\"N\":\"4\"},\"traceId\":{\"S\":\"%s\"},\"createdAt\":{\"S\":\"%s\"},"
               "\"updatedAt\":{\"S\":\"%s\"},\"hasDefaultMaxAttempts\":{\"BOOL\":true},"
               "\"timelineKey\":{\"S\":\"default#%.10s#%d\"},\"timelineSort\":{\"S\":\"%s#%s\"}},"
               "\"ConditionExpression\":\"attribute_not_exists(#n0)\",\"ExpressionAttributeNames\":{\"#n0\":\"PK\"},"
               "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\",\"ReturnConsumedCapacity\":\"TOTAL\"}",
               client->hash, client->trace, now, now, now, client->id[0] & 3, now, client->id);
    send_call(call);
}

/// Serves one request, if it is there as a whole.
static void serve(struct watch *watch, uint32_t events) {
    struct client *client = (struct client *)watch;
    (void)events;
    ssize_t received = recv(client->descriptor, client->request + client->length, REQUEST_LIMIT - 1 - client->length, 0);
    if (received <= 0) {
        close(client->descriptor);
        free(client);
        return;
    }
    client->length += (size_t)received;
    client->request[client->length] = 0;
    char *body = strstr(client->request, "\r\n\r\n");
    if (!body) return;
    body += 4;
    char *field = strcasestr(client->request, "\r\ncontent-length:");
    size_t length = field && field < body ? strtoul(field + 17, NULL, 10) : 0;
    if (client->length < (size_t)(body - client->request) + length) return;
    client->length = 0;
    if (strncmp(client->request, "POST /jobs ", 11)) answer(client, "200 OK", "{}"); else submit(client, body);
}

static void accept_client(struct watch *watch, uint32_t events);
static struct listener { struct watch watch; int descriptor; } listener = {{accept_client}, -1};

static void accept_client(struct watch *watch, uint32_t events) {
    (void)watch, (void)events;
    int descriptor = accept4(listener.descriptor, NULL, NULL, SOCK_CLOEXEC), yes = 1;
    if (descriptor < 0) return;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct client *client = calloc(1, sizeof *client);
    if (!client) fail("calloc");
    client->watch.ready = serve;
    client->descriptor = descriptor;
    watch_descriptor(descriptor, EPOLLIN, &client->watch);
}

void start_api(void) {
    int descriptor = listener.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) || listen(descriptor, 1024)) fail("listen");
    watch_descriptor(descriptor, EPOLLIN, &listener.watch);
}
