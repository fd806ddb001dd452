#define _GNU_SOURCE
#include "CSignals.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

/// Size for a handler that formats a message or writes a backtrace, and for the registers of wide vectors.
static const size_t size = 256 << 10;

static void free_stack(void *memory) {
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    munmap(memory, size);
}

static void make_key(void) { pthread_key_create(&key, free_stack); }

int csignals_use_alternate_stack(void) {
    pthread_once(&once, make_key);
    stack_t present;
    if (sigaltstack(NULL, &present) == 0 && !(present.ss_flags & SS_DISABLE)) return 0;
    // Only touched pages take memory.
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return -1;
    stack_t stack = {.ss_sp = memory, .ss_size = size};
    if (sigaltstack(&stack, NULL) != 0) {
        munmap(memory, size);
        return -1;
    }
    pthread_setspecific(key, memory);
    return 0;
}
