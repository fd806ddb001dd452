// Signals are waited for by one thread, never handled by whatever thread they meet. What of this takes macros, static data or
// variable arguments, for which Swift has no good place.
#ifndef CSIGNALS_H
#define CSIGNALS_H

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

/// From now on this process gets `signal` when the thread that started it ends. Returns 0, or -1 where the system has no such
/// thing. (`prctl` has a variable number of arguments, which Swift cannot call.)
int csignals_when_parent_ends(int signal);

#endif
