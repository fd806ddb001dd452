// The processor cores that threads may run on; Glibc's calls for it do not import into Swift.
#ifndef CK_AFFINITY_H
#define CK_AFFINITY_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Writes the numbers of the cores that the calling thread may use, ascending, at most `capacity` of them. Returns their number,
/// 0 if the system does not say.
ptrdiff_t ck_allowed_cores(int32_t *cores, ptrdiff_t capacity);

/// Binds the calling thread, and the threads that it starts later, to these cores; 0 on success, else an error number.
int ck_bind_thread(const int32_t *cores, ptrdiff_t count);

#pragma clang assume_nonnull end
#endif
