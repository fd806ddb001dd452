// MPI as plain functions. mpi.h itself cannot be imported by Swift: its communicators, types and constants are
// macros that cast. Nothing else includes mpi.h.
//
// Functions that return int return MPI's error code, 0 when all is well; cmpi_error_string turns it into words. MPI is called by
// one thread at a time (MPI_THREAD_SERIALIZED): a lock around every call sees to that, but for cmpi_was_started's, which MPI
// allows at any time, and cmpi_abort's, which waits for the lock no longer than a second.
#ifndef CMPI_H
#define CMPI_H

#include <stdbool.h>
#include <stddef.h>

/// A message came in shorter than the receiver asked for; MPI itself does not call that an error.
#define CMPI_SHORT_MESSAGE (-1)
/// No memory for the list of requests.
#define CMPI_NO_MEMORY (-2)
/// The library gives less thread support than MPI_THREAD_FUNNELED.
#define CMPI_NO_THREADS (-3)
/// A tag that no message has; cmpi_progress asks for it.
#define CMPI_UNUSED_TAG 3

/// Starts MPI and makes errors come back as codes instead of ending the process.
int cmpi_init(void);
/// Whether MPI was started in this process, finalised or not.
bool cmpi_was_started(void);
int cmpi_finalize(void);
/// Ends all ranks; the launcher returns `exit_code`. Without a word of MPI's: the program has said why.
int cmpi_abort(int exit_code);
/// Whether cmpi_progress may call MPI. Once forbidden, no call of its is still under way. Always forbidden where the
/// library gives MPI_THREAD_FUNNELED only.
void cmpi_allow_progress(bool allowed);
/// For another thread: lets messages that are under way move on, if that is allowed and nobody is at it. Returns whether to
/// come again: false once it is not allowed.
bool cmpi_progress(void);

int cmpi_rank(int *rank);
int cmpi_size(int *size);
/// Renumbers the ranks for everything that follows: by `key`, ranks of equal keys in their old order. Collective.
int cmpi_renumber(int key);
/// MPI's own sum over all ranks, in place: what ours is measured against.
int cmpi_allreduce(float *elements, int count);
/// The lowest rank that shares memory with this one: the same for all ranks of a node, different on each node.
/// Collective.
int cmpi_node_leader(int *leader);
/// Name of the host; zero-terminated, cut to `capacity`.
int cmpi_processor_name(char *name, size_t capacity);
/// "Open MPI v4.1.4, …": first line of the library's own words.
int cmpi_library_version(char *text, size_t capacity);
void cmpi_error_string(int code, char *text, size_t capacity);

/// Operations under way. The list keeps its memory when it empties.
typedef struct cmpi_requests cmpi_requests;

/// NULL when there is no memory.
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

/// Makes progress; `*done` when every request of the list has completed, which empties it. On an error `*failure`
/// says which request it was, and the list is empty.
int cmpi_test_all(cmpi_requests *requests, bool *done, cmpi_failure *failure);

#endif
