#define _GNU_SOURCE
#include "CSharedMemory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Linux 6.1; older systems refuse it, and their C libraries may not know it.
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static const size_t huge_page = (size_t)2 << 20;

// Large regions end with a whole huge page.
static size_t whole(size_t bytes) {
  return bytes < huge_page / 2 ? bytes : (bytes + huge_page - 1) / huge_page * huge_page;
}

int csm_map(int file, size_t bytes, void **start) {
  size_t size = whole(bytes);
  // A range of addresses in which a mapping can begin at a huge page.
  char *reserved = mmap(NULL, size + huge_page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return -errno;
  size_t before = (huge_page - (uintptr_t)reserved % huge_page) % huge_page;
  char *first = reserved + before;
  if (mmap(first, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0) == MAP_FAILED) {
    int code = errno;
    munmap(reserved, size + huge_page);
    return -code;
  }
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page * page;
  if (before) munmap(reserved, before);
  if (huge_page > before + pages - size) munmap(first + pages, size + huge_page - before - pages);
  *start = first;
  return 0;
}

void csm_unmap(void *start, size_t bytes) { munmap(start, whole(bytes)); }

int csm_map_segments(int file, size_t count, const size_t *offsets, const size_t *lengths, void **start) {
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += lengths[i];
  char *reserved = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return -errno;
  char *next = reserved;
  for (size_t i = 0; i < count; next += lengths[i++]) {
    if (mmap(next, lengths[i], PROT_READ, MAP_SHARED | MAP_FIXED, file, (off_t)offsets[i]) == MAP_FAILED) {
      int code = errno;
      munmap(reserved, bytes);
      return -code;
    }
  }
  *start = reserved;
  return 0;
}

void csm_unmap_segments(void *start, size_t bytes) { munmap(start, bytes); }

int csm_create(size_t bytes) {
  // Not limited by the size of /dev/shm, which is as small as 64 MB in containers.
  int file = memfd_create("lockstep", MFD_CLOEXEC);
  if (file < 0) return -errno;
  // If the size of files is limited (RLIMIT_FSIZE), this must return an error, not end the process.
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  sigaction(SIGXFSZ, &ignore, &before);
  int code = ftruncate(file, (off_t)whole(bytes)) == 0 ? 0 : errno;
  sigaction(SIGXFSZ, &before, NULL);
  if (code == 0) return file;
  close(file);
  return -code;
}

static int allocate(int file, size_t offset, size_t count) {
  int code;
  do code = posix_fallocate(file, (off_t)offset, (off_t)count);
  while (code == EINTR);
  return code;
}

int csm_reserve(int file, void *start, size_t offset, size_t count) {
  struct stat status;
  if (fstat(file, &status) != 0) return -errno;
  size_t end = offset + count;
  // Linux gives shared memory small pages by default. Huge ones must be requested one by one, after they have contents. This
  // requests those that begin in this part, and stops at the first refusal.
  size_t page = (offset + huge_page - 1) / huge_page * huge_page;
  for (; page < end && page + huge_page <= (size_t)status.st_size; page += huge_page) {
    int code = allocate(file, page, 1);
    if (code != 0) return -code;
    if (madvise((char *)start + page, huge_page, MADV_COLLAPSE) != 0) break;
  }
  return -allocate(file, offset, count);
}
