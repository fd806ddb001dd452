// Signals are waited for by one thread, never handled by whatever thread they meet. What of this takes macros, static data or
// variable arguments, for which Swift has no good place.
#ifndef CSIGNALS_H
#define CSIGNALS_H

#include <stddef.h>

/// Blocks these signals in this thread and those that it starts from now on, for `csignals_next` to take. One that was ignored
/// when the process started (SIGHUP under nohup; Ctrl-C of a background job) stays so. Call it once. Returns 0, or -1.
int csignals_await(const int *_Nonnull signals, int count);

/// Waits for one of the awaited signals and returns its number; -1 with `errno` where that cannot be.
int csignals_next(void);

/// Ends this process by the signal, as if nobody had waited for it. Returns only for signals that end no process.
void csignals_end_by(int signal_number);

/// Gives this thread a stack for handlers of fatal signals (SIGSEGV, SIGBUS, …) that are installed with SA_ONSTACK; it is freed
/// when the thread ends. The thread's own stack pointer may be anywhere: oneDNN's products use it to walk through their buffers.
/// Every thread that computes or reads mapped files calls it first. Calling it again does nothing. Returns 0, or -1 with `errno`.
int csignals_use_alternate_stack(void);

/// Notes the file that lies at these bytes of memory, so that it can be named when reading it fails: `path` is shown as it is, so
/// the caller replaces control characters. Returns a number for `csignals_forget_mapping`; -1 where there are too many: then it is
/// not named.
int csignals_note_mapping(const void *_Nonnull start, size_t count, const char *_Nonnull path);
void csignals_forget_mapping(int number);

/// From now on SIGBUS in such a file, which somebody has shortened or a disk no longer gives, names it on standard error and
/// ends this process with 1. Any other SIGBUS goes where it went before. Returns 0, or -1 with `errno`.
int csignals_report_lost_mappings(void);

/// From now on a crash (SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP) ends the process at once, with one sentence on standard
/// error. Where the system gives no more memory, the sentence says that, and the exit code is 1. Returns 0, or -1 with `errno`.
int csignals_report_crashes(void);

/// From now on this process gets `signal` when the thread that started it ends. Returns 0, or -1 where the system has no such
/// thing. (`prctl` has a variable number of arguments, which Swift cannot call.)
int csignals_when_parent_ends(int signal);

#endif
