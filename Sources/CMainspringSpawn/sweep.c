#define _GNU_SOURCE
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    mspr_group group;
    int is_alive;
} record;

typedef struct {
    record *records;
    size_t count;
    size_t capacity;
    int header;  // 0: not seen yet, 1: of this boot, -1: nothing to do with us
    const mspr_group *owner;
    char boot_id[MSPR_BOOT_ID];
    pid_t own_session;
} table;

static const char *number(const char *at, uint64_t *value) {
    if (*at < '0' || *at > '9') return NULL;
    *value = 0;
    for (; *at >= '0' && *at <= '9'; at++) *value = *value * 10 + (uint64_t)(*at - '0');
    return at;
}

// `mainspring-children 1 BOOT PIDNS OWNERPID OWNERSTART`
static int check_header(const table *table, const char *line) {
    static const char prefix[] = "mainspring-children 1 ";
    if (strncmp(line, prefix, sizeof prefix - 1) != 0) return -1;
    line += sizeof prefix - 1;
    size_t length = strlen(table->boot_id);
    if (length == 0 || strncmp(line, table->boot_id, length) != 0 || line[length] != ' ') return -1;
    uint64_t space, pid, start;
    line = number(line + length + 1, &space);
    if (!line || *line != ' ' || space == 0 || space != mspr_pid_namespace()) return -1;
    line = number(line + 1, &pid);
    if (!line || *line != ' ') return -1;
    line = number(line + 1, &start);
    if (!line || *line) return -1;
    if (table->owner && ((pid_t)pid != table->owner->pid || start != table->owner->start_time)) return -1;
    return 1;
}

// A line that is not whole is skipped: the child that it names did not get as far as running its program.
static void take(table *table, const char *line) {
    if (!*line || table->header < 0) return;
    if (table->header == 0) {
        table->header = check_header(table, line);
        return;
    }
    if ((line[0] != '+' && line[0] != '-') || line[1] != ' ') return;
    uint64_t pid, start;
    const char *rest = number(line + 2, &pid);
    if (!rest || pid <= 1 || pid > INT32_MAX) return;
    size_t i = 0;
    while (i < table->count && table->records[i].group.pid != (pid_t)pid) i++;
    if (line[0] == '-') {
        if (*rest == 0 && i < table->count) table->records[i] = table->records[--table->count];
        return;
    }
    if (*rest != ' ') return;
    rest = number(rest + 1, &start);
    if (!rest || *rest) return;
    if (i == table->count) {
        if (table->count == table->capacity) return;
        table->count++;
    }
    table->records[i] = (record){.group = {.pid = (pid_t)pid, .start_time = start}};
}

static int load(int file, table *table) {
    char buffer[4096], line[160];
    size_t length = 0;
    ssize_t got;
    if (lseek(file, 0, SEEK_SET) < 0) return errno;
    while ((got = read(file, buffer, sizeof buffer)) != 0) {
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        for (ssize_t i = 0; i < got; i++) {
            if (buffer[i] != '\n') {
                // Too long for a line of ours: cut, so that it parses as none.
                line[length < sizeof line - 1 ? length++ : length] = buffer[i];
                continue;
            }
            line[length] = 0;
            take(table, line);
            length = 0;
        }
    }
    // What follows the last newline is torn, and dropped.
    return 0;
}

static int kill_member(pid_t pid, void *context) {
    table *table = context;
    pid_t session = getsid(pid);
    if (session <= 1 || session == table->own_session) return 0;
    for (size_t i = 0; i < table->count; i++) {
        record *record = &table->records[i];
        if (record->group.pid != session) continue;
        // The id of a session is not given out again while it has a member. A leader that started at another time is
        // thus of another session; without a leader it is ours.
        uint64_t start = mspr_start_time(session);
        if (start != 0 && start != record->group.start_time) return 0;
        if (!mspr_is_alive(pid)) return 0;
        record->is_alive = 1;
        pid_t group = getpgid(pid);
        // By group, because that is atomic against a member that forks.
        if (group > 1) kill(-group, SIGKILL);
        return 0;
    }
    return 0;
}

static void note(mspr_sweep_report *report, const mspr_group *group) {
    int known = report->killed_count < report->capacity ? report->killed_count : report->capacity;
    for (int i = 0; i < known; i++) {
        if (report->killed[i].pid == group->pid) return;
    }
    if (report->killed_count < report->capacity) report->killed[report->killed_count] = *group;
    report->killed_count++;
}

// The ledger is read anew in every pass: a child that was being started when its node died may have recorded itself
// since.
static int pass(int file, const mspr_group *owner, mspr_sweep_report *report, int *is_ours) {
    struct stat status;
    if (fstat(file, &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return EINVAL;
    table table = {.owner = owner, .own_session = getsid(0)};
    // The shortest record has seven bytes.
    table.capacity = (size_t)status.st_size / 7 + 64;
    size_t size = table.capacity * sizeof(record);
    table.records = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (table.records == MAP_FAILED) return errno;
    mspr_boot_id(table.boot_id);
    int error = load(file, &table);
    *is_ours = table.header > 0;
    report->alive_count = 0;
    if (!error && table.header > 0 && table.count > 0) {
        mspr_each_process(kill_member, &table);
        for (size_t i = 0; i < table.count; i++) {
            if (!table.records[i].is_alive) continue;
            report->alive_count++;
            note(report, &table.records[i].group);
        }
    }
    munmap(table.records, size);
    return error;
}

static int64_t milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int mspr_sweep(
    const char *path, const mspr_group *owner, int at_least_ms, int at_most_ms, mspr_sweep_report *report) {
    report->killed_count = 0;
    report->alive_count = 0;
    int64_t start = milliseconds();
    for (;;) {
        // By path, because the ledger may have been replaced by a shorter one.
        int file = open(path, (owner ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
        if (file < 0) return errno == ENOENT ? 0 : errno;
        int is_ours = 0;
        int error = pass(file, owner, report, &is_ours);
        int64_t elapsed = milliseconds() - start;
        int is_over = error || !is_ours || elapsed >= at_most_ms
            || (report->alive_count == 0 && elapsed >= at_least_ms);
        // Nothing recorded here is alive any more, and its ids may be given out again. A next run's ledger is another
        // file.
        if (is_over && is_ours && !error && owner && report->alive_count == 0) (void)!ftruncate(file, 0);
        close(file);
        if (is_over) return error;
        struct timespec pause = {.tv_nsec = (report->alive_count > 0 ? 5 : 20) * 1000000L};
        nanosleep(&pause, NULL);
    }
}
