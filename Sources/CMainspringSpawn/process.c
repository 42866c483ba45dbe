#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

char *mspr_format_number(char *to, uint64_t number) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0) *to++ = digits[--count];
    *to = 0;
    return to;
}

int mspr_read_stat(const char *path, mspr_stat *stat) {
    char text[1024];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return -1;
    text[length] = 0;
    // The name is in parentheses and may itself hold spaces and parentheses.
    const char *at = strrchr(text, ')');
    if (!at || at[1] != ' ') return -1;
    at += 2;
    stat->state = *at;
    for (int field = 3; field <= 22; field++) {
        uint64_t value = 0;
        for (const char *digit = at; *digit >= '0' && *digit <= '9'; digit++) value = value * 10 + (*digit - '0');
        if (field == 4) stat->parent = (pid_t)value;
        if (field == 6) stat->session = (pid_t)value;
        if (field == 20) stat->threads = (long)value;
        if (field == 22) stat->start_time = value;
        at = strchr(at, ' ');
        if (!at) return -1;
        at++;
    }
    return 0;
}

static int stat_of(pid_t pid, mspr_stat *stat) {
    char path[40] = "/proc/";
    strcpy(mspr_format_number(path + 6, (uint64_t)pid), "/stat");
    return mspr_read_stat(path, stat);
}

uint64_t mspr_start_time(pid_t pid) {
    mspr_stat stat;
    return stat_of(pid, &stat) == 0 ? stat.start_time : 0;
}

uint64_t mspr_pid_namespace(void) {
    // Where /proc is that of an outer space, this process has another number there.
    char number[24], self[24];
    size_t length = (size_t)(mspr_format_number(number, (uint64_t)getpid()) - number);
    if (readlink("/proc/self", self, sizeof self) != (ssize_t)length || memcmp(self, number, length) != 0) return 0;
    struct stat found;
    return stat("/proc/self/ns/pid", &found) == 0 ? (uint64_t)found.st_ino : 0;
}

int mspr_boot_id(char id[MSPR_BOOT_ID]) {
    static const char local[] = "local-";
    id[0] = 0;
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    struct statfs system;
    char *end = id;
    // systemd-nspawn and LXC mount a file of their own here.
    if (fstatfs(file, &system) == 0 && system.f_type != PROC_SUPER_MAGIC) end = stpcpy(id, local);
    ssize_t length = read(file, end, 36);
    close(file);
    end[length == 36 ? 36 : 0] = 0;
    if (length == 36) return 0;
    id[0] = 0;
    return -1;
}

static int is_running(const mspr_stat *stat) { return (stat->state != 'Z' && stat->state != 'X') || stat->threads > 1; }

int mspr_is_alive(pid_t pid) {
    mspr_stat stat;
    return stat_of(pid, &stat) == 0 && is_running(&stat);
}

int mspr_runs(pid_t pid, uint64_t start_time) {
    mspr_stat stat;
    if (stat_of(pid, &stat) == 0) return stat.start_time == start_time && is_running(&stat);
    // Hidden from this user, or no descriptor left: that it cannot be read says nothing.
    return kill(pid, 0) != 0 && errno == ESRCH ? 0 : -1;
}

void mspr_each_process(int (*visit)(pid_t pid, void *context), void *context) {
    struct entry {
        uint64_t inode;
        int64_t offset;
        unsigned short length;
        unsigned char type;
        char name[];
    };
    _Alignas(struct entry) char buffer[8192];
    int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    for (;;) {
        long length = syscall(SYS_getdents64, folder, buffer, sizeof buffer);
        if (length <= 0) break;
        for (long at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            at += entry->length;
            pid_t pid = 0;
            const char *digit = entry->name;
            while (*digit >= '0' && *digit <= '9') pid = pid * 10 + (*digit++ - '0');
            if (*digit || pid == 0) continue;
            if (visit(pid, context)) {
                close(folder);
                return;
            }
        }
    }
    close(folder);
}

// getsid is one cheap system call, so that only members cost a read of /proc/PID/stat. /proc lists ids in ascending
// order and new ids ascend too: what a member forks during the walk is still ahead of it, except where ids wrap around.
typedef struct {
    pid_t session;
    int signal;
    int alive;
} walk;

static int find_alive(pid_t pid, void *context) {
    walk *walk = context;
    if (getsid(pid) != walk->session || !mspr_is_alive(pid)) return 0;
    walk->alive = 1;
    return 1;
}

int mspr_session_alive(pid_t session) {
    walk walk = {.session = session};
    mspr_each_process(find_alive, &walk);
    return walk.alive;
}

static int signal_group(pid_t pid, void *context) {
    walk *walk = context;
    if (getsid(pid) != walk->session) return 0;
    pid_t group = getpgid(pid);
    // A job of a shell with `set -m`: its leader speaks for it; without a leader, each member does.
    if (group <= 1 || group == walk->session) return 0;
    if (pid == group) kill(-group, walk->signal);
    else if (getsid(group) != walk->session) kill(pid, walk->signal);
    return 0;
}

void mspr_session_signal(pid_t session, int signal) {
    kill(-session, signal);
    walk walk = {.session = session, .signal = signal};
    mspr_each_process(signal_group, &walk);
}

int mspr_peek_exit(pid_t pid, int *code, int *signalled) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int failed;
    do failed = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
    while (failed && errno == EINTR);
    if (failed) return -1;
    if (info.si_pid == 0) return 0;
    *code = info.si_status;
    *signalled = info.si_code != CLD_EXITED;
    return 1;
}

void mspr_reap(pid_t pid) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
}

typedef struct {
    pid_t parent;
    pid_t session;
    pid_t *pids;
    int capacity;
    int count;
} orphans;

static int note_orphan(pid_t pid, void *context) {
    orphans *orphans = context;
    mspr_stat stat;
    if (stat_of(pid, &stat) != 0 || stat.state != 'Z' || stat.parent != orphans->parent) return 0;
    if (stat.session == orphans->session) return 0;
    orphans->pids[orphans->count++] = pid;
    return orphans->count == orphans->capacity;
}

int mspr_orphans(pid_t *pids, int capacity) {
    orphans found = {.parent = getpid(), .session = getsid(0), .pids = pids, .capacity = capacity};
    if (capacity > 0) mspr_each_process(note_orphan, &found);
    return found.count;
}

void mspr_reap_now(pid_t pid) { waitpid(pid, NULL, WNOHANG); }

int mspr_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    for (int i = 0; i < 2; i++) {
        if (ends[i] > 2) continue;
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
        int error = errno;
        close(ends[i]);
        if (moved < 0) {
            close(ends[1 - i]);
            return error;
        }
        ends[i] = moved;
    }
    return 0;
}

void mspr_block_signals(uint64_t *previous) {
    uint64_t all = ~0ULL;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, previous, sizeof all);
}

void mspr_restore_signals(const uint64_t *previous) {
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, previous, NULL, sizeof *previous);
}

void mspr_set_disposition(int signal, int handler) {
    // The kernel's structure on every 64-bit Linux: handler, flags, restorer (where there is one), mask.
    uint64_t action[4] = {(uint64_t)handler, 0, 0, 0};
    syscall(SYS_rt_sigaction, signal, action, NULL, sizeof(uint64_t));
}
