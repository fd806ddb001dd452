// Memory that processes of one machine share; what Swift's Glibc does not show of it.
#ifndef CSHAREDMEMORY_H
#define CSHAREDMEMORY_H

#include <stddef.h>

/// A file of `bytes` zeros without a name, in memory, all of it reserved: writing to it never fails later (a mapped
/// file that was only promised ends its writers with SIGBUS). It is gone with the last process that has it open.
///
/// Returns its descriptor, or the negative of errno.
int csm_create(size_t bytes);

#endif
