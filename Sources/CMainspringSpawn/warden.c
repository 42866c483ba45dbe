#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static void guard(int lifeline, const char *ledger_path, const mspr_group *owner) {
    setsid();
    prctl(PR_SET_NAME, "mspr-warden");
    static const int ignored[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP,
                                  SIGTTIN, SIGTTOU, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR};
    for (int signal = 1; signal <= MSPR_SIGNALS; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP) continue;
        int ignore = 0;
        for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) ignore |= ignored[i] == signal;
        mspr_set_disposition(signal, ignore);
    }
    uint64_t none = 0;
    mspr_restore_signals(&none);
    // Not the folder it was started in, and none of the node's files: the node's lock must be free when the node is
    // gone.
    if (chdir("/") != 0 || dup2(lifeline, 0) < 0 || close_range(1, ~0U, 0) != 0) _exit(1);
    char byte;
    ssize_t got;
    do got = read(0, &byte, 1);
    while (got > 0 || (got < 0 && errno == EINTR));
    mspr_sweep_report report = {0};
    // For a while even when nothing is found, and not for ever when something will not die.
    mspr_sweep(ledger_path, owner, 500, 5000, &report);
    _exit(0);
}

pid_t mspr_warden_start(const char *ledger_path, int *lifeline) {
    char path[PATH_MAX * 2];
    size_t length = 0;
    if (ledger_path[0] != '/') {
        if (!getcwd(path, PATH_MAX)) return -errno;
        length = strlen(path);
        path[length++] = '/';
    }
    if (strlen(ledger_path) >= PATH_MAX) return -ENAMETOOLONG;
    strcpy(path + length, ledger_path);
    mspr_group owner = {.pid = getpid(), .start_time = mspr_start_time(getpid())};
    int ends[2];
    int error = mspr_pipe(ends);
    if (error) return -error;
    uint64_t mask;
    mspr_block_signals(&mask);
    // Without the handlers that libraries register for fork: the child calls none of them.
    pid_t pid = _Fork();
    if (pid == 0) guard(ends[0], path, &owner);
    error = errno;
    mspr_restore_signals(&mask);
    close(ends[0]);
    if (pid < 0) {
        close(ends[1]);
        return -error;
    }
    *lifeline = ends[1];
    return pid;
}
