// Requests over connections that libcurl makes (CURLOPT_CONNECT_ONLY: names, proxies, TLS) and nothing else: HTTP/1.1 is
// written and read here, by curl_easy_send and curl_easy_recv.

#include "floor.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct connection {
    struct watch watch;
    struct call *call;
    CURL *easy;
    /// Where the body begins in what was received, and where it ends; 0 until that is known.
    size_t body_start, end;
    char request[2048 + BODY_LIMIT];
};

/// Notes where the answer ends once its head is there; only answers with a length are understood.
static void read_head(struct connection *connection) {
    struct call *call = connection->call;
    call->answer[call->answer_length] = 0;
    char *end = strstr(call->answer, "\r\n\r\n");
    if (!end) return;
    char *length = strcasestr(call->answer, "\r\ncontent-length:");
    if (!length || length > end || strncmp(call->answer, "HTTP/1.1 200", 12)) fail(call->answer);
    connection->body_start = (size_t)(end + 4 - call->answer);
    connection->end = connection->body_start + strtoul(length + 17, NULL, 10);
}

static void receive(struct watch *watch, uint32_t events) {
    struct connection *connection = (struct connection *)watch;
    struct call *call = connection->call;
    (void)events;
    size_t received = 0;
    receive_more(call, 4096);
    CURLcode code = curl_easy_recv(connection->easy, call->answer + call->answer_length,
                                   call->answer_capacity - 1 - call->answer_length, &received);
    if (code == CURLE_AGAIN) return;
    if (code != CURLE_OK || !received) fail("curl_easy_recv");
    call->answer_length += received;
    if (!connection->end) read_head(connection);
    if (!connection->end || call->answer_length < connection->end) return;
    call->answer_length = connection->end - connection->body_start;
    memmove(call->answer, call->answer + connection->body_start, call->answer_length);
    call->answer[call->answer_length] = 0;
    call->finish(call);
}

static struct connection *connect_for(struct call *call) {
    if (call->connection) return call->connection;
    struct connection *connection = call->connection = calloc(1, sizeof *connection);
    if (!connection) fail("calloc");
    char url[256];
    snprintf(url, sizeof url, "http://%s/", settings.host);
    connection->watch.ready = receive;
    connection->call = call;
    connection->easy = curl_easy_init();
    curl_easy_setopt(connection->easy, CURLOPT_URL, url);
    curl_easy_setopt(connection->easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(connection->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(connection->easy, CURLOPT_PROXY, "");
    if (curl_easy_perform(connection->easy) != CURLE_OK) fail("cannot connect");
    curl_socket_t descriptor;
    curl_easy_getinfo(connection->easy, CURLINFO_ACTIVESOCKET, &descriptor);
    watch_descriptor(descriptor, EPOLLIN, &connection->watch);
    return connection;
}

static void send_request(struct call *call) {
    struct connection *connection = connect_for(call);
    connection->body_start = connection->end = 0;
    char *request = connection->request;
    size_t length = (size_t)snprintf(
        request, 2048,
        "POST / HTTP/1.1\r\nHost: %s\r\nUser-Agent: floor\r\nContent-Type: application/x-amz-json-1.0\r\n"
        "X-Amz-Target: %s\r\n%samz-sdk-invocation-id: %s\r\namz-sdk-request: %s\r\nX-Amz-Date: %s\r\n"
        "Authorization: %s\r\nContent-Length: %zu\r\n\r\n",
        settings.host, call->operation->target,
        call->operation->is_query_compatible ? "x-amzn-query-mode: true\r\n" : "", call->id, call->operation->attempt,
        call->date, call->authorization, call->body_length);
    memcpy(request + length, call->body, call->body_length);
    length += call->body_length;
    size_t sent = 0;
    // Small enough for a socket's buffer.
    if (curl_easy_send(connection->easy, request, length, &sent) != CURLE_OK || sent != length) fail("curl_easy_send");
}

static void start(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static int patience(void) { return -1; }

static void tick(void) {}

const struct transport transport_connect = {start, send_request, patience, tick};
