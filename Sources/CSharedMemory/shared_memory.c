#define _GNU_SOURCE
#include "CSharedMemory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

int csm_create(size_t bytes) {
  // Not bound by the size of /dev/shm, which containers make as small as 64 MB.
  int file = memfd_create("lockstep", MFD_CLOEXEC);
  if (file < 0) return -errno;
  // Where the size of files is limited (RLIMIT_FSIZE), this must come back as an error, not end the process.
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  sigaction(SIGXFSZ, &ignore, &before);
  int code;
  do code = posix_fallocate(file, 0, (off_t)bytes);
  while (code == EINTR);
  sigaction(SIGXFSZ, &before, NULL);
  if (code == 0) return file;
  close(file);
  return -code;
}
