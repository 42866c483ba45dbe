#define _GNU_SOURCE
#include "CMainspringSpawn.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

int mspr_epoll_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

int mspr_epoll_add(int epoll, int descriptor, int writing, uint64_t token) {
    struct epoll_event event = {.events = writing ? EPOLLOUT : EPOLLIN, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

void mspr_epoll_remove(int epoll, int descriptor) { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int mspr_epoll_wait(int epoll, uint64_t *tokens, int capacity) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, -1);
    for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
    return count < 0 ? 0 : count;
}

int mspr_wake_open(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void mspr_wake(int descriptor) { eventfd_write(descriptor, 1); }

void mspr_wake_drain(int descriptor) {
    eventfd_t count;
    eventfd_read(descriptor, &count);
}

void mspr_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int64_t mspr_file_system(const char *path) {
    struct statfs system;
    // Some kernels extend the sign of the number.
    return statfs(path, &system) == 0 ? (int64_t)(uint32_t)system.f_type : -errno;
}

int mspr_timer_open(void) { return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC); }

void mspr_timer_set(int timer, int64_t nanoseconds) {
    struct itimerspec at = {.it_value = {nanoseconds / 1000000000, nanoseconds % 1000000000}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

void mspr_timer_wait(int timer) {
    uint64_t expirations;
    while (read(timer, &expirations, sizeof expirations) < 0 && errno == EINTR) {
    }
}
