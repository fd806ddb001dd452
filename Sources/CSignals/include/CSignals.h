// One thread waits for signals; no other thread handles them. This target has the parts that require macros, static data or
// variable arguments, which Swift lacks.
#ifndef CSIGNALS_H
#define CSIGNALS_H

#include <stddef.h>

/// Blocks these signals in this thread and in threads that it starts later, for `csignals_next` to receive. One that was ignored
/// when the process started (SIGHUP under nohup; Ctrl-C of a background job) stays so. Call it once. Returns 0, or -1.
int csignals_await(const int *_Nonnull signals, int count);

/// Waits for one of these signals and returns its number; -1 with `errno` on failure.
int csignals_next(void);

/// Ends this process by the signal, as if it were not blocked. Returns only for signals that do not end a process.
void csignals_end_by(int signal_number);

/// Gives this thread a stack for handlers of fatal signals (SIGSEGV, SIGBUS, …) that are installed with SA_ONSTACK; it is freed
/// when the thread ends. The thread's own stack pointer may be anywhere: oneDNN's products use it to walk through their buffers.
/// Every thread that computes or reads mapped files calls it first. Calling it again does nothing. Returns 0, or -1 with `errno`.
int csignals_use_alternate_stack(void);

/// Records that a file is mapped at these bytes, so that a message can name it if reading fails. `path` is printed as it is, so the
/// caller replaces control characters. Returns a number for `csignals_forget_mapping`; -1 if there are too many: then the file is
/// not named.
int csignals_note_mapping(const void *_Nonnull start, size_t count, const char *_Nonnull path);
void csignals_forget_mapping(int number);

/// From now on a SIGBUS in such a file, because it was shortened or its disk fails, names it on standard error and ends this
/// process with 1. Any other SIGBUS goes to the previous handler. Returns 0, or -1 with `errno`.
int csignals_report_lost_mappings(void);

/// From now on a crash (SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP) ends the process at once, with one sentence on standard
/// error. If the system gives no more memory, the sentence says so, and the exit code is 1. Returns 0, or -1 with `errno`.
int csignals_report_crashes(void);

/// From now on this process gets `signal` when the thread that started it ends. Returns 0, or -1 if the system cannot do that.
/// (`prctl` has a variable number of arguments, which Swift cannot call.)
int csignals_when_parent_ends(int signal);

#endif
