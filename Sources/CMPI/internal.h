#include <mpi.h>

#include "CMPI.h"

/// The communicator of all ranks; MPI_COMM_WORLD unless they have been renumbered.
extern MPI_Comm cmpi_ranks;
