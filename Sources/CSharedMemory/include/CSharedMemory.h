// Memory that processes of one machine share: the calls that Swift's Glibc does not import.
#ifndef CSHAREDMEMORY_H
#define CSHAREDMEMORY_H

#include <stddef.h>

/// Makes a file without a name in memory, of at least `bytes` zeros; `csm_reserve` makes it safe to write to. It disappears with
/// the last process that has it open or mapped.
///
/// Returns its descriptor, or the negative of errno.
int csm_create(size_t bytes);

/// Maps a file that was made with the same `bytes`, by any process. Sets `start` and returns 0, or the negative of
/// errno.
int csm_map(int file, size_t bytes, void **start);

void csm_unmap(void *start, size_t bytes);

/// Maps parts of the file one behind the other, read-only; each is whole pages. Sets `start` to the first and returns 0, or the
/// negative of errno. The pages are the same as in other mappings of the file.
int csm_map_segments(int file, size_t count, const size_t *offsets, const size_t *lengths, void **start);

void csm_unmap_segments(void *start, size_t bytes);

/// Allocates `count` bytes from `offset` on, near the calling processor, so that writing to them never fails later. (Without that,
/// writing to a mapped file may end the process with SIGBUS.) Uses huge pages if the system has them.
///
/// Returns 0, or the negative of errno.
int csm_reserve(int file, void *start, size_t offset, size_t count);

#endif
