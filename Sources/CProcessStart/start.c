// Runs before the constructors of shared libraries: OpenBLAS starts its threads in one, and a thread inherits its blocked signals
// from the thread that starts it. Only executables have the section .preinit_array for this.
#define _GNU_SOURCE
#include "CProcessStart.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int was_prepared = 0;

int cprocessstart_was_prepared(void) { return was_prepared; }

#if defined(__ELF__) && defined(__linux__)

/// Opens /dev/null on closed standard descriptors. Otherwise the next opened file or pipe would get such a number, and receive
/// what is printed.
static void open_standard_descriptors(void) {
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) != -1) continue;
        // The lowest free number is this one: those below it are open.
        if (open("/dev/null", O_RDWR) != descriptor) return;
    }
}

/// Blocks signals. A handler that interrupts a computation requires a stack, and may find none: oneDNN's products use the stack
/// pointer to walk through their buffers. So one thread waits for these signals, and no other thread ever gets them.
static void block_signals(void) {
    // Requests to stop, and signals for which libraries that start processes or use sockets may have handlers.
    static const int signals[] = {SIGHUP,  SIGINT,  SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU,
                                  SIGCHLD, SIGURG,  SIGIO,   SIGWINCH};
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/// Whether this process runs tests: they are linked with the program, but have no thread that receives signals.
static int is_test_bundle(void) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path);
    static const char suffix[] = ".xctest";
    const ssize_t suffix_length = sizeof suffix - 1;
    return length >= suffix_length && memcmp(path + length - suffix_length, suffix, sizeof suffix - 1) == 0;
}

static void prepare(void) {
    open_standard_descriptors();
    if (is_test_bundle()) return;
    block_signals();
    was_prepared = 1;
}

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = prepare;

#endif
