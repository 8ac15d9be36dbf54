// Starts programs, with what posix_spawn cannot ask for: a signal at the death of the parent, and a word to a watcher before
// the program begins. Linux only.

#ifndef CJOBSYS_PROCESS_H
#define CJOBSYS_PROCESS_H

#include <sys/types.h>

// Makes a pipe whose ends are above 3 and closed in programs that are started. Returns 0, or an error number.
int jobsys_make_pipe(int *read_end, int *write_end);

// How a program is started.
struct jobsys_start {
    // The program's path, as seen from the directory.
    const char *path;
    // Arguments and environment, each with a null pointer at its end.
    char *const *arguments;
    char *const *environment;
    // The working directory; null for the parent's.
    const char *directory;
    // What the program has as descriptors 0, 1, 2 and 3; all others are closed. Each of them is above 3, or -1: then the first
    // three are /dev/null, and the last is closed.
    int descriptors[4];
    // Where the program's process id is sent before the program begins; -1 for nowhere.
    int watcher;
};

// Starts a program in a process group of its own, with default signal actions and none blocked.
//
// It gets SIGKILL when the thread that started it ends, and with it when the process is killed: prctl(2), PR_SET_PDEATHSIG.
// Returns 0 and the process id, or the error number of the step that failed: chdir, dup2 or execve.
int jobsys_start_program(const struct jobsys_start *start, pid_t *pid);

// Opens a descriptor that can be read once the process has ended: pidfd_open(2). Returns -1 where there is none.
int jobsys_open_process(pid_t pid);

// Forks a watcher: a process that is told of process groups over a socket, and kills those that are left when the other end of
// the socket is closed, as it is by the death of this process, however it comes.
//
// A positive number is a group to watch, a negative one a group that is gone. Returns 0, or an error number.
int jobsys_start_watcher(int *socket, pid_t *pid);

// Tells a watcher of a group. Returns 0, or an error number: EPIPE if the watcher has ended.
int jobsys_tell_watcher(int socket, pid_t group);

#endif
