// Signals as bytes in a pipe. A handler may use nothing but static data, which Swift has no good place for; and it must
// be a handler: blocking signals would not reach the threads that OpenBLAS starts before main.
#ifndef CSIGNALS_H
#define CSIGNALS_H

/// From now on each of these signals puts its number, one byte, into a pipe instead of having its usual effect.
/// Returns the pipe's reading end, or -1 with `errno`. Call it once.
int csignals_listen(const int *_Nonnull signals, int count);

/// From now on this process gets `signal` when the thread that started it ends. Returns 0, or -1 where the system has no such
/// thing. (`prctl` has a variable number of arguments, which Swift cannot call.)
int csignals_when_parent_ends(int signal);

#endif
