#define _GNU_SOURCE
#include "CSignals.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Swift's runtime aborts if an allocation fails. A larger allocation may fail while this one succeeds: then Swift's own message
// has its size.
enum { PROBE_BYTES = 64 << 20 };

static const char OUT_OF_MEMORY[] =
    "error: out of memory: the system refused more\n"
    "hint: a smaller batch (training.batch_size) or model, or fewer workers on this host\n";
static const char CRASH[] =
    "error: a fault in the program ended it\n"
    "hint: with SWIFT_BACKTRACE=enable=yes in the environment, a report of it says where\n";

static bool is_memory_exhausted(void) {
    void *probe = mmap(NULL, PROBE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED) return true;
    munmap(probe, PROBE_BYTES);
    return false;
}

static void on_crash(int number, siginfo_t *info, void *context) {
    (void)context;
    if (info->si_code > 0 || info->si_pid == getpid()) {
        if (is_memory_exhausted()) {
            (void)!write(STDERR_FILENO, OUT_OF_MEMORY, sizeof OUT_OF_MEMORY - 1);
            _exit(1);
        }
        (void)!write(STDERR_FILENO, CRASH, sizeof CRASH - 1);
    }
    // Delivered once this handler has returned.
    signal(number, SIG_DFL);
    raise(number);
}

int csignals_report_crashes(void) {
    static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    // While one thread reports, the same signal in another thread waits.
    sigfillset(&action.sa_mask);
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (size_t index = 0; index < sizeof crashes / sizeof crashes[0]; index++) {
        if (sigaction(crashes[index], &action, NULL) != 0) return -1;
    }
    return 0;
}
