// The least that libcurl costs: one thread, curl_multi_socket_action over epoll, easy handles and connections reused.
//
// Usage: RawCurl URL HEADER_FILE BODY_FILE CONCURRENCY WARM_UP COUNT
//
// Sends COUNT POST requests with these header lines and this body, CONCURRENCY at a time, after WARM_UP of them that do
// not count. Prints the microseconds of CPU per request and the requests per second.

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CONCURRENCY = 1024, MAX_EVENTS = 64 };

struct transfer {
    CURL *easy;
    char *body;
    size_t length, capacity;
};

static struct transfer transfers[MAX_CONCURRENCY];
static CURLM *multi;
static int epoll;

static void fail(const char *what) {
    fprintf(stderr, "raw-curl: %s\n", what);
    exit(1);
}

static size_t receive(char *data, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t length = size * count;
    if (transfer->length + length > transfer->capacity) {
        transfer->capacity = 2 * (transfer->length + length);
        transfer->body = realloc(transfer->body, transfer->capacity);
        if (!transfer->body) return 0;
    }
    memcpy(transfer->body + transfer->length, data, length);
    transfer->length += length;
    return length;
}

static int watch(CURL *easy, curl_socket_t descriptor, int what, void *context, void *mark) {
    (void)easy;
    (void)context;
    struct epoll_event event = {.data.fd = descriptor};
    if (what & CURL_POLL_IN && what != CURL_POLL_REMOVE) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT && what != CURL_POLL_REMOVE) event.events |= EPOLLOUT;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
    } else {
        epoll_ctl(epoll, mark ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
        curl_multi_assign(multi, descriptor, &epoll);
    }
    return 0;
}

static void start(struct transfer *transfer) {
    transfer->length = 0;
    if (curl_multi_add_handle(multi, transfer->easy) != CURLM_OK) fail("cannot add a transfer");
}

static void wait_for_events(void) {
    struct epoll_event events[MAX_EVENTS];
    long timeout = -1;
    int running;
    curl_multi_timeout(multi, &timeout);
    int count = timeout == 0 ? 0 : epoll_wait(epoll, events, MAX_EVENTS, (int)timeout);
    if (count <= 0) curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    for (int i = 0; i < count; i++) {
        int actions = 0;
        if (events[i].events & EPOLLIN) actions |= CURL_CSELECT_IN;
        if (events[i].events & EPOLLOUT) actions |= CURL_CSELECT_OUT;
        if (events[i].events & (EPOLLERR | EPOLLHUP)) actions |= CURL_CSELECT_ERR;
        curl_multi_socket_action(multi, events[i].data.fd, actions, &running);
    }
}

static void run(int concurrency, long count) {
    long started = 0, finished = 0;
    while (started < concurrency && started < count) start(&transfers[started++]);
    while (finished < count) {
        wait_for_events();
        int left;
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            if (message->msg != CURLMSG_DONE) continue;
            CURL *easy = message->easy_handle;
            CURLcode result = message->data.result;
            struct transfer *transfer = NULL;
            long status = 0;
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            curl_multi_remove_handle(multi, easy);
            if (result != CURLE_OK || status != 200) fail("a request failed");
            finished++;
            if (started < count) {
                started++;
                start(transfer);
            }
        }
    }
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot open a file");
    char *content = malloc(1 << 20);
    if (!content) fail("out of memory");
    *length = fread(content, 1, (1 << 20) - 1, file);
    content[*length] = 0;
    fclose(file);
    return content;
}

static struct curl_slist *read_headers(const char *path) {
    size_t length;
    char *content = read_file(path, &length);
    struct curl_slist *headers = NULL;
    for (char *line = strtok(content, "\r\n"); line; line = strtok(NULL, "\r\n")) headers = curl_slist_append(headers, line);
    free(content);
    return headers;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static double wall_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 7) fail("usage: raw-curl URL HEADER_FILE BODY_FILE CONCURRENCY WARM_UP COUNT");
    struct curl_slist *headers = read_headers(argv[2]);
    size_t length;
    char *body = read_file(argv[3], &length);
    int concurrency = atoi(argv[4]);
    if (concurrency < 1 || concurrency > MAX_CONCURRENCY) fail("CONCURRENCY must be 1 to 1024");

    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)MAX_CONCURRENCY);
    for (int i = 0; i < concurrency; i++) {
        CURL *easy = transfers[i].easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)length);
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 10000L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfers[i]);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfers[i]);
    }
    run(concurrency, atol(argv[5]));
    long count = atol(argv[6]);
    double cpu = cpu_seconds(), wall = wall_seconds();
    run(concurrency, count);
    printf("%.2f %.0f\n", (cpu_seconds() - cpu) * 1e6 / count, count / (wall_seconds() - wall));
    return 0;
}
