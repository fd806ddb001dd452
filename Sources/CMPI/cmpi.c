#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

MPI_Comm cmpi_ranks = MPI_COMM_NULL;
pthread_mutex_t cmpi_lock = PTHREAD_MUTEX_INITIALIZER;

// Both require the lock.
static int thread_support = MPI_THREAD_SINGLE;
static bool progress_is_allowed = false;

static int start(void) {
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &thread_support);
  if (code != MPI_SUCCESS) return code;
  code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code != MPI_SUCCESS) return code;
  cmpi_ranks = MPI_COMM_WORLD;
  return thread_support < MPI_THREAD_FUNNELED ? CMPI_NO_THREADS : MPI_SUCCESS;
}

int cmpi_init(void) {
  enter();
  return leave(start());
}

bool cmpi_was_started(void) {
  int started = 0;
  return MPI_Initialized(&started) == MPI_SUCCESS && started;
}

int cmpi_finalize(void) {
  enter();
  progress_is_allowed = false;
  return leave(MPI_Finalize());
}

int cmpi_abort(int exit_code) {
  silence_help();
  // Another thread's call that never returns must not keep the job alive. The lock is not released: nothing comes after this.
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 1;
  pthread_mutex_timedlock(&cmpi_lock, &deadline);
  return MPI_Abort(MPI_COMM_WORLD, exit_code);
}

void cmpi_allow_progress(bool allowed) {
  enter();
  progress_is_allowed = allowed && thread_support >= MPI_THREAD_SERIALIZED;
  leave(MPI_SUCCESS);
}

bool cmpi_progress(void) {
  // A thread inside MPI already makes progress.
  if (pthread_mutex_trylock(&cmpi_lock) != 0) return true;
  bool allowed = progress_is_allowed;
  int found = 0;
  if (allowed) MPI_Iprobe(MPI_ANY_SOURCE, CMPI_UNUSED_TAG, cmpi_ranks, &found, MPI_STATUS_IGNORE);
  leave(MPI_SUCCESS);
  return allowed;
}

int cmpi_rank(int *rank) {
  enter();
  return leave(MPI_Comm_rank(cmpi_ranks, rank));
}

int cmpi_size(int *size) {
  enter();
  return leave(MPI_Comm_size(cmpi_ranks, size));
}

int cmpi_renumber(int key) {
  MPI_Comm renumbered;
  enter();
  // Ranks of equal keys keep their order; the error handler is inherited.
  int code = MPI_Comm_split(cmpi_ranks, 0, key, &renumbered);
  if (code == MPI_SUCCESS) cmpi_ranks = renumbered;
  return leave(code);
}

int cmpi_allreduce(float *elements, int count) {
  enter();
  return leave(MPI_Allreduce(MPI_IN_PLACE, elements, count, MPI_FLOAT, MPI_SUM, cmpi_ranks));
}

static int node_leader(int *leader) {
  int rank = 0;
  int code = MPI_Comm_rank(cmpi_ranks, &rank);
  if (code != MPI_SUCCESS) return code;
  MPI_Comm node;
  // The key keeps world order, so rank 0 of the node is its lowest.
  code = MPI_Comm_split_type(cmpi_ranks, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
  if (code != MPI_SUCCESS) return code;
  *leader = rank;
  code = MPI_Bcast(leader, 1, MPI_INT, 0, node);
  int freed = MPI_Comm_free(&node);
  return code != MPI_SUCCESS ? code : freed;
}

int cmpi_node_leader(int *leader) {
  enter();
  return leave(node_leader(leader));
}

static void copy_text(char *to, size_t capacity, const char *from, size_t length) {
  if (capacity == 0) return;
  if (length >= capacity) length = capacity - 1;
  memcpy(to, from, length);
  to[length] = '\0';
}

int cmpi_processor_name(char *name, size_t capacity) {
  char whole[MPI_MAX_PROCESSOR_NAME + 1] = "";
  int length = 0;
  enter();
  int code = leave(MPI_Get_processor_name(whole, &length));
  copy_text(name, capacity, whole, (size_t)length);
  return code;
}

int cmpi_library_version(char *text, size_t capacity) {
  char whole[MPI_MAX_LIBRARY_VERSION_STRING + 1] = "";
  int length = 0;
  enter();
  int code = leave(MPI_Get_library_version(whole, &length));
  copy_text(text, capacity, whole, strcspn(whole, "\n"));
  return code;
}

void cmpi_error_string(int code, char *text, size_t capacity) {
  char whole[MPI_MAX_ERROR_STRING + 1] = "unknown error";
  int length = (int)strlen(whole);
  switch (code) {
    case CMPI_SHORT_MESSAGE: strcpy(whole, "the message is shorter than expected"); break;
    case CMPI_NO_MEMORY: strcpy(whole, "no memory for the list of requests"); break;
    case CMPI_NO_THREADS: strcpy(whole, "the MPI library has no support for threads (MPI_THREAD_FUNNELED)"); break;
    default:
      enter();
      leave(MPI_Error_string(code, whole, &length));
  }
  copy_text(text, capacity, whole, strlen(whole));
}
