#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    const mspr_command *command;
    // Written by the child: it shares this memory until it runs its program.
    volatile int step;
    volatile int error;
    volatile uint64_t start_time;
} attempt;

static int streams(const mspr_command *command) {
    int input = command->input;
    if (input < 0) input = open("/dev/null", O_RDONLY);
    if (input < 0) return -1;
    if (input != 0 && dup2(input, 0) < 0) return -1;
    if (dup2(command->output, 1) < 0) return -1;
    return dup2(command->error, 2);
}

// One append of one line. The newline in front keeps it whole when the line before it was cut short (a full disk).
static int record(attempt *attempt) {
    mspr_stat stat;
    if (mspr_read_stat("/proc/self/stat", &stat) != 0) return -1;
    attempt->start_time = stat.start_time;
    char line[64] = "\n+ ";
    char *end = mspr_format_number(line + 3, (uint64_t)getpid());
    *end++ = ' ';
    end = mspr_format_number(end, stat.start_time);
    *end++ = '\n';
    ssize_t written;
    do written = write(attempt->command->ledger, line, (size_t)(end - line));
    while (written < 0 && errno == EINTR);
    if (written == end - line) return 0;
    if (written >= 0) errno = ENOSPC;
    return -1;
}

static int run(void *argument) {
    attempt *attempt = argument;
    const mspr_command *command = attempt->command;
    // Everything is still blocked: no handler of the parent can run here, on memory that it shares.
    for (int signal = 1; signal <= MSPR_SIGNALS; signal++) {
        if (signal != SIGKILL && signal != SIGSTOP) mspr_set_disposition(signal, 0);
    }
    uint64_t none = 0;
    int step = MSPR_STEP_SESSION;
    if (setsid() < 0) goto failed;
    step = MSPR_STEP_STREAMS;
    if (streams(command) < 0) goto failed;
    step = MSPR_STEP_DIRECTORY;
    if (chdir(command->directory) != 0) goto failed;
    step = MSPR_STEP_RECORD;
    if (record(attempt) != 0) goto failed;
    // After the record: the node's lock and the warden's pipe close here, so whoever sees them released finds the
    // record.
    step = MSPR_STEP_CLOSE;
    if (close_range(3, ~0U, 0) != 0) goto failed;
    mspr_restore_signals(&none);
    step = MSPR_STEP_EXEC;
    execve(command->path, command->argv, command->envp);
failed:
    attempt->error = errno;
    attempt->step = step;
    _exit(127);
}

void mspr_spawn(const mspr_command *command, mspr_child *child) {
    attempt attempt = {.command = command};
    _Alignas(16) char stack[65536];
    int pidfd = -1;
    uint64_t mask;
    mspr_block_signals(&mask);
    // As vfork: the parent's thread sleeps until the child runs its program or ends, and nothing is copied.
    pid_t pid = clone(
        run, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &attempt, &pidfd);
    int error = errno;
    mspr_restore_signals(&mask);
    memset(child, 0, sizeof *child);
    if (pid < 0) {
        child->pidfd = -1;
        child->failed_step = MSPR_STEP_CLONE;
        child->failed_errno = error;
        return;
    }
    child->pid = pid;
    child->pidfd = pidfd;
    child->start_time = attempt.start_time;
    child->failed_step = attempt.step;
    child->failed_errno = attempt.error;
}
