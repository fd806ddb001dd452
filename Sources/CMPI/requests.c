#include "internal.h"

#include <stdlib.h>

typedef struct {
  const char *call;
  int peer, bytes;
  bool receives;
} description;

struct cmpi_requests {
  int count, capacity;
  MPI_Request *handles;
  MPI_Status *statuses;
  description *descriptions;
};

cmpi_requests *cmpi_requests_create(void) { return calloc(1, sizeof(cmpi_requests)); }

void cmpi_requests_destroy(cmpi_requests *requests) {
  if (!requests) return;
  free(requests->handles);
  free(requests->statuses);
  free(requests->descriptions);
  free(requests);
}

// realloc that keeps the old block, and the list's pointer to it, if there is no memory.
#define GROW(array, capacity) grow((void **)&(array), sizeof *(array), (capacity))

static bool grow(void **array, size_t size, int capacity) {
  void *larger = realloc(*array, size * (size_t)capacity);
  if (larger) *array = larger;
  return larger != NULL;
}

static bool reserve(cmpi_requests *r) {
  if (r->count < r->capacity) return true;
  int capacity = r->capacity ? 2 * r->capacity : 16;
  if (!GROW(r->handles, capacity) || !GROW(r->statuses, capacity) || !GROW(r->descriptions, capacity)) return false;
  r->capacity = capacity;
  return true;
}

static int appended(cmpi_requests *r, int code, description what) {
  if (code == MPI_SUCCESS) r->descriptions[r->count++] = what;
  return code;
}

int cmpi_isend(const void *buffer, int bytes, int to, int tag, cmpi_requests *r) {
  if (!reserve(r)) return CMPI_NO_MEMORY;
  enter();
  int code = leave(MPI_Isend(buffer, bytes, MPI_BYTE, to, tag, cmpi_ranks, &r->handles[r->count]));
  return appended(r, code, (description){"MPI_Isend", to, bytes, false});
}

int cmpi_irecv(void *buffer, int bytes, int from, int tag, cmpi_requests *r) {
  if (!reserve(r)) return CMPI_NO_MEMORY;
  enter();
  int code = leave(MPI_Irecv(buffer, bytes, MPI_BYTE, from, tag, cmpi_ranks, &r->handles[r->count]));
  return appended(r, code, (description){"MPI_Irecv", from, bytes, true});
}

int cmpi_ibcast(void *buffer, int bytes, int root, cmpi_requests *r) {
  if (!reserve(r)) return CMPI_NO_MEMORY;
  enter();
  int code = leave(MPI_Ibcast(buffer, bytes, MPI_BYTE, root, cmpi_ranks, &r->handles[r->count]));
  return appended(r, code, (description){"MPI_Ibcast", root, bytes, false});
}

static int failed(int code, description what, int received, cmpi_failure *failure) {
  *failure = (cmpi_failure){what.call, what.peer, what.bytes, received};
  return code;
}

static int test_all(cmpi_requests *r, bool *done, cmpi_failure *failure) {
  int flag = 0, count = r->count;
  *done = true;
  if (count == 0) return MPI_SUCCESS;
  int code = MPI_Testall(count, r->handles, &flag, r->statuses);
  if (code == MPI_SUCCESS && !flag) {
    *done = false;
    return MPI_SUCCESS;
  }
  r->count = 0;
  if (code != MPI_SUCCESS) {
    // Statuses have error codes only with MPI_ERR_IN_STATUS.
    for (int i = 0; code == MPI_ERR_IN_STATUS && i < count; i++) {
      int own = r->statuses[i].MPI_ERROR;
      if (own != MPI_SUCCESS && own != MPI_ERR_PENDING) return failed(own, r->descriptions[i], 0, failure);
    }
    return failed(code, (description){"MPI_Testall", -1, 0, false}, 0, failure);
  }
  for (int i = 0; i < count; i++) {
    if (!r->descriptions[i].receives) continue;
    int received = 0;
    code = MPI_Get_count(&r->statuses[i], MPI_BYTE, &received);
    if (code != MPI_SUCCESS) return failed(code, r->descriptions[i], 0, failure);
    if (received != r->descriptions[i].bytes) {
      return failed(CMPI_SHORT_MESSAGE, r->descriptions[i], received, failure);
    }
  }
  return MPI_SUCCESS;
}

int cmpi_test_all(cmpi_requests *r, bool *done, cmpi_failure *failure) {
  enter();
  return leave(test_all(r, done, failure));
}
