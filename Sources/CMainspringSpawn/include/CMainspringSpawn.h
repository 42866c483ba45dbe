#ifndef CMAINSPRING_SPAWN_H
#define CMAINSPRING_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

// Everything here works between fork and exec too: system calls only, no allocation, no locks.
// Linux 5.9 or later (pidfd, close_range).

// Where a start failed.
enum mspr_step {
    MSPR_STEP_NONE = 0,
    MSPR_STEP_CLONE,
    MSPR_STEP_SESSION,
    MSPR_STEP_STREAMS,
    MSPR_STEP_DIRECTORY,
    MSPR_STEP_RECORD,
    MSPR_STEP_CLOSE,
    MSPR_STEP_EXEC,
};

typedef struct {
    const char *path;
    char *const *argv;
    char *const *envp;
    const char *directory;
    int input;   // -1: /dev/null. All four descriptors are 3 or above.
    int output;
    int error;
    int ledger;  // opened for appending
} mspr_command;

typedef struct {
    pid_t pid;  // 0 when no process was made; else it must be reaped, after a failed step too
    int pidfd;  // -1 when no process was made
    uint64_t start_time;
    int failed_step;
    int failed_errno;
} mspr_child;

// Starts the command in a session of its own; returns once it runs its program or has failed.
void mspr_spawn(const mspr_command *command, mspr_child *child);

// A pipe whose ends are 3 or above, so that the child can move them to 0, 1 and 2 in any order. 0, or an errno.
int mspr_pipe(int ends[2]);

// 1: the child has ended (it stays a zombie), 0: it runs, -1: it is not this process's child.
// `code` is the exit code, or the signal when `signalled` is 1.
int mspr_peek_exit(pid_t pid, int *code, int *signalled);

void mspr_reap(pid_t pid);

// Children of this process that have ended and were not reaped, but for those in its own session; at most `capacity`.
int mspr_orphans(pid_t *pids, int capacity);

// As `mspr_reap`, but only if it has ended.
void mspr_reap_now(pid_t pid);

// In clock ticks since boot; 0 when there is no such process.
uint64_t mspr_start_time(pid_t pid);

// Which process id space this is: it changes with the container. 0 when /proc is missing, or shows another space.
uint64_t mspr_pid_namespace(void);

// Room for the id of a boot and the zero behind it.
#define MSPR_BOOT_ID 48

// The id of this boot, with `local-` in front when a container has put its own in the kernel's place. 0, or -1 and an
// empty id when it cannot be read.
int mspr_boot_id(char id[MSPR_BOOT_ID]);

// 1 when the process that started then runs, 0 when it certainly does not, -1 when this user cannot tell.
int mspr_runs(pid_t pid, uint64_t start_time);

// 1 when the session has a member that is not a zombie.
int mspr_session_alive(pid_t session);

// Sends the signal to every process group of the session.
void mspr_session_signal(pid_t session, int signal);

typedef struct {
    pid_t pid;
    uint64_t start_time;
} mspr_group;

typedef struct {
    mspr_group *killed;  // room for `capacity` groups
    int capacity;
    int killed_count;    // may exceed `capacity`
    int alive_count;     // still there at the end
} mspr_sweep_report;

// Sends KILL to every group that the ledger records and that is alive, again and again until none is, but at least for
// `at_least_ms` and at most for `at_most_ms`. With `owner` set, only while the ledger is that process's. 0, or an
// errno.
int mspr_sweep(
    const char *path, const mspr_group *owner, int at_least_ms, int at_most_ms, mspr_sweep_report *report);

// Forks the warden. `lifeline` is the only write end of its pipe: when it closes, the warden sweeps and exits.
// Its pid, or minus an errno.
pid_t mspr_warden_start(const char *ledger_path, int *lifeline);

// From here on what Swift's Glibc module leaves out. Descriptors are close-on-exec, -1 with errno on failure.
int mspr_epoll_open(void);
int mspr_epoll_add(int epoll, int descriptor, int writing, uint64_t token);  // 0, or an errno
void mspr_epoll_remove(int epoll, int descriptor);
// Waits without limit for one token or more, at most 64; 0 when a signal came first.
int mspr_epoll_wait(int epoll, uint64_t *tokens, int capacity);
int mspr_wake_open(void);
void mspr_wake(int descriptor);
void mspr_wake_drain(int descriptor);
void mspr_name_thread(const char *name);

// The kernel's number for the kind of file system that holds the path, or minus an errno.
int64_t mspr_file_system(const char *path);

// A timer on CLOCK_BOOTTIME as a descriptor, close-on-exec; -1 with errno on failure.
int mspr_timer_open(void);
// Expires at that time (above 0) and not at the one set before; at once when it has passed.
void mspr_timer_set(int timer, int64_t nanoseconds);
// Blocks until the timer has expired since it was set, also when another thread sets it meanwhile.
void mspr_timer_wait(int timer);

#endif
