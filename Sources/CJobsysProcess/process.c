#define _GNU_SOURCE
#include "CJobsysProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int jobsys_make_pipe(int *read_end, int *write_end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    for (int index = 0; index < 2; index++) {
        if (ends[index] > 3) continue;
        int moved = fcntl(ends[index], F_DUPFD_CLOEXEC, 4);
        int error = errno;
        close(ends[index]);
        if (moved < 0) {
            close(ends[1 - index]);
            return error;
        }
        ends[index] = moved;
    }
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}

// The default action for each signal, and none blocked. Some signals cannot be set, which is well.
static void reset_signals(void) {
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// Runs in the new process, which has the parent's memory until execve: nothing but system calls, and no way back.
static int become(const struct jobsys_start *start, pid_t parent) {
    if (setpgid(0, 0) != 0) return errno;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
    // The parent may have died before it was asked for.
    if (getppid() != parent) _exit(127);
    if (start->watcher >= 0) jobsys_tell_watcher(start->watcher, getpid());
    int last = start->descriptors[3] >= 0 ? 3 : 2;
    for (int index = 0; index <= last; index++) {
        int source = start->descriptors[index];
        if (source < 0) source = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (source < 0 || (source != index && dup2(source, index) < 0)) return errno;
        // One that was opened at its place must stay open.
        if (source == index && fcntl(index, F_SETFD, 0) != 0) return errno;
    }
    closefrom(last + 1);
    if (start->directory != NULL && chdir(start->directory) != 0) return errno;
    reset_signals();
    execve(start->path, start->arguments, start->environment);
    return errno;
}

int jobsys_start_program(const struct jobsys_start *start, pid_t *pid) {
    // No handler of the parent may run in the new process while it has the parent's memory.
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pid_t parent = getpid();
    volatile int error = 0;
    pid_t child = vfork();
    if (child == 0) {
        error = become(start, parent);
        _exit(127);
    }
    if (child < 0) error = errno;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    if (error != 0) {
        if (child > 0) {
            // As long as it is not reaped its number is nobody else's.
            if (start->watcher >= 0) jobsys_tell_watcher(start->watcher, -child);
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
        }
        return error;
    }
    *pid = child;
    return 0;
}

int jobsys_open_process(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int jobsys_tell_watcher(int socket, pid_t group) {
    int32_t word = (int32_t)group;
    return send(socket, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof word ? 0 : errno;
}

// More groups than a worker runs at once.
enum { GROUP_LIMIT = 4096 };

// The process has one thread and a copy of the parent's memory, of whose locks nobody knows who holds them: nothing but
// system calls and memory of its own.
static void watch(int socket) {
    static pid_t groups[GROUP_LIMIT];
    int count = 0;
    for (;;) {
        int32_t word;
        ssize_t length = recv(socket, &word, sizeof word, 0);
        if (length < 0 && errno == EINTR) continue;
        if (length != sizeof word) break;
        if (word > 1 && count < GROUP_LIMIT) {
            groups[count++] = word;
        } else {
            for (int index = 0; index < count; index++) {
                if (groups[index] == -word) {
                    groups[index] = groups[--count];
                    break;
                }
            }
        }
    }
    for (int index = 0; index < count; index++) kill(-groups[index], SIGKILL);
}

int jobsys_start_watcher(int *socket, pid_t *pid) {
    int ends[2];
    // Words arrive whole, and in order.
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return errno;
    sigset_t all, previous;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &previous);
    pid_t child = fork();
    if (child == 0) {
        // Out of reach of what is sent to the parent's group or terminal. Every signal but SIGKILL stays blocked.
        setsid();
        // No folder is kept from being taken away.
        if (chdir("/") != 0) _exit(1);
        prctl(PR_SET_NAME, "jobsys-watcher");
        // Nothing of the parent's is kept open: others wait for the end of its sockets and pipes.
        int null = open("/dev/null", O_RDWR);
        for (int index = 0; index < 3; index++) dup2(null, index);
        dup2(ends[1], 3);
        closefrom(4);
        watch(3);
        _exit(0);
    }
    int error = child < 0 ? errno : 0;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    close(ends[1]);
    if (error != 0) {
        close(ends[0]);
        return error;
    }
    *socket = ends[0];
    *pid = child;
    return 0;
}
