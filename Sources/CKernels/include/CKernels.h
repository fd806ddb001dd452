// Vector loops in C: one source compiled for float and double, multi-versioned by the compiler.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Element type of the buffers that a kernel is given as `void *`.
typedef enum { CK_FLOAT32 = 0, CK_FLOAT64 = 1 } ck_type;

#endif
