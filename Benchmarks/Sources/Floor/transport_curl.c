// Requests by libcurl's multi interface: curl_multi_socket_action on the loop's epoll, handles and connections reused.

#include "floor.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_COUNT = 9, HEADER_SIZE = 440 };

struct connection {
    CURL *easy;
    char lines[HEADER_COUNT][HEADER_SIZE];
    struct curl_slist list[HEADER_COUNT];
};

struct socket {
    struct watch watch;
    int descriptor;
};

static CURLM *multi;

static void act(struct watch *watch, uint32_t events) {
    struct socket *socket = (struct socket *)watch;
    int actions = 0, running;
    if (events & EPOLLIN) actions |= CURL_CSELECT_IN;
    if (events & EPOLLOUT) actions |= CURL_CSELECT_OUT;
    if (events & (EPOLLERR | EPOLLHUP)) actions |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi, socket->descriptor, actions, &running);
}

/// Watches a socket of curl's; the mark is what epoll knows it by.
static int watch_socket(CURL *easy, curl_socket_t descriptor, int what, void *context, void *mark) {
    (void)easy, (void)context;
    struct socket *socket = mark;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(events_descriptor, EPOLL_CTL_DEL, descriptor, NULL);
        // An event of this turn may still name it, so it is kept for good: there are as many as connections.
        return 0;
    }
    static struct socket *known[65536];
    if (!socket) {
        if (!known[descriptor] && !(known[descriptor] = calloc(1, sizeof *socket))) fail("calloc");
        socket = known[descriptor];
        *socket = (struct socket){.watch.ready = act, .descriptor = descriptor};
        curl_multi_assign(multi, descriptor, socket);
    }
    struct epoll_event event = {.data.ptr = socket};
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    epoll_ctl(events_descriptor, mark ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
    return 0;
}

static size_t take_answer(char *data, size_t size, size_t count, void *context) {
    struct call *call = context;
    receive_more(call, size * count);
    memcpy(call->answer + call->answer_length, data, size * count);
    call->answer_length += size * count;
    return size * count;
}

static void start(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 256L);
}

static struct connection *connection_of(struct call *call) {
    if (call->connection) return call->connection;
    struct connection *connection = call->connection = calloc(1, sizeof *connection);
    if (!connection) fail("calloc");
    for (int i = 0; i < HEADER_COUNT; i++) connection->list[i].data = connection->lines[i];
    CURL *easy = connection->easy = curl_easy_init();
    char url[256];
    snprintf(url, sizeof url, "http://%s/", settings.host);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "floor");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
    return connection;
}

static void send_request(struct call *call) {
    struct connection *connection = connection_of(call);
    char (*lines)[HEADER_SIZE] = connection->lines;
    int count = 0;
    strcpy(lines[count++], "Accept:");
    strcpy(lines[count++], "Expect:");
    strcpy(lines[count++], "Content-Type: application/x-amz-json-1.0");
    snprintf(lines[count++], HEADER_SIZE, "X-Amz-Target: %s", call->operation->target);
    snprintf(lines[count++], HEADER_SIZE, "amz-sdk-invocation-id: %s", call->id);
    snprintf(lines[count++], HEADER_SIZE, "amz-sdk-request: %s", call->operation->attempt);
    snprintf(lines[count++], HEADER_SIZE, "X-Amz-Date: %s", call->date);
    snprintf(lines[count++], HEADER_SIZE, "Authorization: %s", call->authorization);
    if (call->operation->is_query_compatible) strcpy(lines[count++], "x-amzn-query-mode: true");
    for (int i = 0; i < count; i++) connection->list[i].next = i + 1 < count ? &connection->list[i + 1] : NULL;
    curl_easy_setopt(connection->easy, CURLOPT_HTTPHEADER, connection->list);
    curl_easy_setopt(connection->easy, CURLOPT_POSTFIELDSIZE, (long)call->body_length);
    curl_easy_setopt(connection->easy, CURLOPT_TIMEOUT_MS, 30000L);
    if (curl_multi_add_handle(multi, connection->easy) != CURLM_OK) fail("curl_multi_add_handle");
}

static int patience(void) {
    long timeout = -1;
    curl_multi_timeout(multi, &timeout);
    return (int)timeout;
}

static void tick(void) {
    int running, left;
    if (patience() == 0) curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left))) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        struct call *call = NULL;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_multi_remove_handle(multi, easy);
        receive_more(call, 0);
        call->answer[call->answer_length] = 0;
        if (result != CURLE_OK || status != 200) fail(result ? curl_easy_strerror(result) : call->answer);
        call->finish(call);
    }
}

const struct transport transport_curl = {start, send_request, patience, tick};
