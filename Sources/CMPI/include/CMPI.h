// MPI as plain functions. mpi.h itself cannot be imported by Swift: its communicators, types and constants are
// macros that cast. Nothing else includes mpi.h.
//
// Functions that return int return MPI's error code, 0 on success; cmpi_error_string describes it. MPI is called by one thread at
// a time (MPI_THREAD_SERIALIZED), under a lock. Exceptions are cmpi_was_started, which MPI allows at any time, and cmpi_abort,
// which waits for the lock for at most a second.
#ifndef CMPI_H
#define CMPI_H

#include <stdbool.h>
#include <stddef.h>

/// A message was shorter than the receiver expected; for MPI itself that is not an error.
#define CMPI_SHORT_MESSAGE (-1)
/// No memory for the list of requests.
#define CMPI_NO_MEMORY (-2)
/// The library gives less thread support than MPI_THREAD_FUNNELED.
#define CMPI_NO_THREADS (-3)
/// A tag that no message has; cmpi_progress probes for it.
#define CMPI_UNUSED_TAG 3

/// Starts MPI; from then on errors are returned as codes instead of ending the process.
int cmpi_init(void);
/// Whether MPI was started in this process, finalised or not.
bool cmpi_was_started(void);
int cmpi_finalize(void);
/// Ends all ranks; the launcher returns `exit_code`. MPI prints nothing, since the program has printed the reason.
int cmpi_abort(int exit_code);
/// Sets whether cmpi_progress may call MPI. After forbidding it, none of its calls is running. Always forbidden if the library
/// offers MPI_THREAD_FUNNELED only.
void cmpi_allow_progress(bool allowed);
/// For another thread: makes progress on messages, if that is allowed and no other thread is inside MPI. Returns whether to call
/// again: false once it is not allowed.
bool cmpi_progress(void);

int cmpi_rank(int *rank);
int cmpi_size(int *size);
/// Renumbers the ranks for everything that follows: by `key`, ranks of equal keys in their old order. Collective.
int cmpi_renumber(int key);
/// MPI's own sum over all ranks, in place, for comparison.
int cmpi_allreduce(float *elements, int count);
/// The lowest rank that shares memory with this one: the same for all ranks of a node, different on each node.
/// Collective.
int cmpi_node_leader(int *leader);
/// Name of the host; zero-terminated, cut to `capacity`.
int cmpi_processor_name(char *name, size_t capacity);
/// First line of the library's version: "Open MPI v4.1.4, …".
int cmpi_library_version(char *text, size_t capacity);
void cmpi_error_string(int code, char *text, size_t capacity);

/// List of running operations. It keeps its memory when it becomes empty.
typedef struct cmpi_requests cmpi_requests;

/// NULL if there is no memory.
cmpi_requests *cmpi_requests_create(void);
void cmpi_requests_destroy(cmpi_requests *requests);

int cmpi_isend(const void *buffer, int bytes, int to, int tag, cmpi_requests *requests);
int cmpi_irecv(void *buffer, int bytes, int from, int tag, cmpi_requests *requests);
int cmpi_ibcast(void *buffer, int bytes, int root, cmpi_requests *requests);

/// Operation of a request, for an error's text.
typedef struct {
  const char *call;
  int peer;      ///< Other rank, the root of a broadcast, or -1 if unknown.
  int bytes;     ///< Bytes asked for.
  int received;  ///< Bytes that came in, for a message that is too short.
} cmpi_failure;

/// Makes progress. Sets `*done` when every request of the list has completed, which empties the list. On an error `*failure`
/// describes the request, and the list is empty.
int cmpi_test_all(cmpi_requests *requests, bool *done, cmpi_failure *failure);

#endif
