// Memory that processes of one machine share; what Swift's Glibc does not show of it.
#ifndef CSHAREDMEMORY_H
#define CSHAREDMEMORY_H

#include <stddef.h>

/// A file of at least `bytes` zeros without a name, in memory; `csm_reserve` makes it safe to write to. It is gone with the
/// last process that has it open or mapped.
///
/// Returns its descriptor, or the negative of errno.
int csm_create(size_t bytes);

/// Maps what was made with the same `bytes`, here or in another process. Sets `start` and returns 0, or the negative of
/// errno.
int csm_map(int file, size_t bytes, void **start);

void csm_unmap(void *start, size_t bytes);

/// Maps stretches of the file one behind the other, to be read only: each begins and ends with a page. Sets `start` to the
/// first and returns 0, or the negative of errno. Their pages are those of any other mapping of the file.
int csm_map_stretches(int file, size_t count, const size_t *offsets, const size_t *lengths, void **start);

void csm_unmap_stretches(void *start, size_t bytes);

/// Takes the memory behind `count` bytes from `offset` on, near the processor that calls: writing to them never fails later
/// (a mapped file that was only promised ends its writers with SIGBUS). Huge pages where the system has them.
///
/// Returns 0, or the negative of errno.
int csm_reserve(int file, void *start, size_t offset, size_t count);

#endif
