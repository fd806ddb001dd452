#define _GNU_SOURCE
#include "CSignals.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static sigset_t awaited;

/// Whether a signal was ignored when this process started; then it stays ignored. For SIGINT that concerns only Ctrl-C: shells
/// without job control ignore it for background processes, which Ctrl-C must not end.
static int is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) && action.sa_handler == SIG_IGN;
}

int csignals_await(const int *signals, int count) {
    sigemptyset(&awaited);
    for (int i = 0; i < count; i++) {
        if (signals[i] != SIGHUP || !is_ignored(SIGHUP)) sigaddset(&awaited, signals[i]);
    }
    return pthread_sigmask(SIG_BLOCK, &awaited, NULL) == 0 ? 0 : -1;
}

int csignals_next(void) {
    while (1) {
        siginfo_t info;
        int signal = sigwaitinfo(&awaited, &info);
        if (signal < 0 && errno == EINTR) continue;
        if (signal == SIGINT && info.si_code == SI_KERNEL && is_ignored(SIGINT)) continue;
        return signal;
    }
}

void csignals_end_by(int signal_number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
