// Submits jobs over HTTP from one thread with epoll, and prints how long the answers took.
//
// usage: LoadGenerator PORT PATH BODY CONNECTIONS COUNT [RATE]
//
// Without RATE each connection sends its next request when it has its answer. With RATE (requests a second) requests are
// due at fixed times, and their latency counts from then: a service that stalls is charged for all who would have come.
//
// Prints one line: answers of 2xx, others, seconds, and the latency's p50, p99, p99.9 and maximum in microseconds.

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { answer_limit = 64 * 1024 };

struct connection {
    int descriptor;
    int is_busy;
    long due;
    size_t length;
    char answer[answer_limit];
};

static char request[64 * 1024];
static size_t request_length;
static long *latencies;
static int port, epoll;
static long sent, answered, refused, count, rate, start;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

// Connects, anew if the server has closed a connection that was idle for long.
static void open_connection(struct connection *connection) {
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address)) fail("connect");
    int yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)) fail("epoll_ctl");
    connection->descriptor = descriptor;
}

// When the next request is due; with no rate, at once.
static long next_due(void) { return rate ? start + sent * 1000000L / rate : now(); }

static void submit(struct connection *connection) {
    connection->due = next_due();
    connection->length = 0;
    connection->is_busy = 1;
    sent++;
    if (send(connection->descriptor, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) fail("send");
}

// Whether the whole answer is there.
static int receive(struct connection *connection) {
    ssize_t got = recv(connection->descriptor, connection->answer + connection->length,
                       answer_limit - 1 - connection->length, 0);
    if (got <= 0 && !connection->is_busy) {
        close(connection->descriptor);
        open_connection(connection);
        return 0;
    }
    if (got <= 0) fail("recv");
    connection->length += (size_t)got;
    connection->answer[connection->length] = 0;
    char *body = strstr(connection->answer, "\r\n\r\n");
    char *field = strcasestr(connection->answer, "\r\ncontent-length:");
    return body && field && field < body
        && connection->length >= (size_t)(body + 4 - connection->answer) + strtoul(field + 17, NULL, 10);
}

static void note(struct connection *connection) {
    latencies[answered++] = now() - connection->due;
    connection->is_busy = 0;
    if (connection->answer[9] != '2' && !refused++) fprintf(stderr, "%s\n", connection->answer);
}

static int by_size(const void *left, const void *right) {
    long difference = *(const long *)left - *(const long *)right;
    return (difference > 0) - (difference < 0);
}

static long percentile(double share) { return latencies[(long)(share * (double)(count - 1))]; }

int main(int argc, char **argv) {
    if (argc < 6) return fputs("usage: LoadGenerator PORT PATH BODY CONNECTIONS COUNT [RATE]\n", stderr), 64;
    int connection_count = atoi(argv[4]);
    count = atol(argv[5]);
    rate = argc > 6 ? atol(argv[6]) : 0;
    request_length = (size_t)snprintf(request, sizeof request,
                                      "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                      "Content-Length: %zu\r\n\r\n%s",
                                      argv[2], strlen(argv[3]), argv[3]);
    latencies = calloc((size_t)count, sizeof *latencies);
    struct connection *connections = calloc((size_t)connection_count, sizeof *connections);
    struct connection **idle = calloc((size_t)connection_count, sizeof *idle);
    int idle_count = 0;
    epoll = epoll_create1(0);
    port = atoi(argv[1]);
    for (int i = 0; i < connection_count; i++) {
        open_connection(&connections[i]);
        idle[idle_count++] = &connections[i];
    }
    start = now();
    while (answered < count) {
        while (idle_count && sent < count && next_due() <= now()) submit(idle[--idle_count]);
        long left = next_due() - now();
        struct timespec wait = {.tv_sec = left / 1000000, .tv_nsec = left > 0 ? left % 1000000 * 1000 : 0};
        struct epoll_event events[256];
        int ready = epoll_pwait2(epoll, events, 256, idle_count && sent < count ? &wait : NULL, NULL);
        if (ready < 0 && errno != EINTR) fail("epoll_pwait2");
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!receive(connection)) continue;
            note(connection);
            idle[idle_count++] = connection;
        }
    }
    double seconds = (double)(now() - start) / 1e6;
    qsort(latencies, (size_t)count, sizeof *latencies, by_size);
    printf("%ld %ld %.6f %ld %ld %ld %ld\n", answered - refused, refused, seconds, percentile(0.5), percentile(0.99),
           percentile(0.999), latencies[count - 1]);
}
