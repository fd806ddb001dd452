#define _GNU_SOURCE
#include "CSignals.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// A mapped file. `count` is 0 while the slot is free or being changed, since the handler reads without a lock.
struct mapping {
    _Atomic(uintptr_t) start;
    _Atomic(size_t) count;
    char path[512];
};

static struct mapping mappings[256];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction before;

/// Copies a path. If it is too long, its beginning is cut at a whole character.
static void copy_path(char *to, const char *path) {
    size_t length = strlen(path), limit = sizeof mappings[0].path - 1;
    if (length > limit) path += length - limit;
    while (length > limit && ((unsigned char)*path & 0xc0) == 0x80) path++;
    strcpy(to, path);
}

int csignals_note_mapping(const void *start, size_t count, const char *path) {
    int found = -1;
    pthread_mutex_lock(&lock);
    for (int slot = 0; slot < (int)(sizeof mappings / sizeof mappings[0]) && found < 0; slot++) {
        if (atomic_load(&mappings[slot].start) == 0) found = slot;
    }
    if (found >= 0) {
        copy_path(mappings[found].path, path);
        atomic_store(&mappings[found].start, (uintptr_t)start);
        atomic_store(&mappings[found].count, count);
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void csignals_forget_mapping(int slot) {
    if (slot < 0) return;
    pthread_mutex_lock(&lock);
    atomic_store(&mappings[slot].count, 0);
    atomic_store(&mappings[slot].start, 0);
    pthread_mutex_unlock(&lock);
}

static void say(const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(STDERR_FILENO, text, left);
        if (written <= 0) return;
        text += written;
        left -= (size_t)written;
    }
}

static void on_bus_error(int signal, siginfo_t *info, void *context) {
    (void)context;
    uintptr_t address = (uintptr_t)info->si_addr;
    for (size_t slot = 0; info->si_code > 0 && slot < sizeof mappings / sizeof mappings[0]; slot++) {
        uintptr_t start = atomic_load(&mappings[slot].start);
        if (start == 0 || address < start || address - start >= atomic_load(&mappings[slot].count)) continue;
        say("error: ");
        say(mappings[slot].path);
        say(": was shortened, or can no longer be read, while it was in use; put the file back, and give the same command again\n");
        _exit(1);
    }
    // Not in a mapped file: the previous handler gets it. A fault recurs when this returns; a signal from a process does not.
    sigaction(signal, &before, NULL);
    if (info->si_code <= 0) raise(signal);
}

int csignals_report_lost_mappings(void) {
    struct sigaction present, action;
    if (sigaction(SIGBUS, NULL, &present) != 0) return -1;
    if ((present.sa_flags & SA_SIGINFO) && present.sa_sigaction == on_bus_error) return 0;
    before = present;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    return sigaction(SIGBUS, &action, NULL);
}
