#include <mpi.h>
#include <pthread.h>

#include "CMPI.h"

/// The communicator of all ranks; MPI_COMM_WORLD unless they have been renumbered.
extern MPI_Comm cmpi_ranks;

/// Held around every MPI call.
extern pthread_mutex_t cmpi_lock;

/// From now on Open MPI itself prints nothing about errors and the job's end.
void silence_help(void);

static inline void enter(void) { pthread_mutex_lock(&cmpi_lock); }

static inline int leave(int code) {
  pthread_mutex_unlock(&cmpi_lock);
  return code;
}
