#ifndef MSPR_INTERNAL_H
#define MSPR_INTERNAL_H

#include "CMainspringSpawn.h"

#define MSPR_SIGNALS 64

// What /proc/PID/stat says.
typedef struct {
    char state;
    pid_t parent;
    pid_t session;
    long threads;
    uint64_t start_time;
} mspr_stat;

// 0, or -1 when there is no such process.
int mspr_read_stat(const char *path, mspr_stat *stat);

// Not a zombie. A process whose first thread has ended runs on while others live.
int mspr_is_alive(pid_t pid);

// Calls `visit` for every process, until it returns non-zero.
void mspr_each_process(int (*visit)(pid_t pid, void *context), void *context);

char *mspr_format_number(char *to, uint64_t number);

// Nothing but these: glibc's own calls leave out its two internal signals.
void mspr_block_signals(uint64_t *previous);
void mspr_restore_signals(const uint64_t *previous);
// `handler` is 0 (default) or 1 (ignore).
void mspr_set_disposition(int signal, int handler);

#endif
