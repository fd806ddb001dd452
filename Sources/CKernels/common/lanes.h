// Vectors of a fixed width, so that all processors add in the same order, except for fused multiplication and addition.
#ifndef CK_LANES_H
#define CK_LANES_H

#include "kernels.h"

enum { lane_count = 16 };
typedef float lanes __attribute__((vector_size(4 * lane_count)));
// At any address.
typedef float lanes_anywhere __attribute__((vector_size(4 * lane_count), aligned(4)));

#define CK_LOAD(address) (*(const lanes_anywhere *)(address))

// Interleaves halves of each four elements of a and b.
#define CK_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define CK_HIGH(a, b) \
  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define CK_EVEN(a, b) \
  __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
#define CK_ODD(a, b) \
  __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31)

typedef float quad __attribute__((vector_size(16)));
typedef float quad_anywhere __attribute__((vector_size(16), aligned(4)));

#define CK_QUARTER(x, i) __builtin_shufflevector(x, x, 4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3)

// Sums of the four vectors' lanes, in their order. (A macro, since functions with such vectors have no calling convention on
// processors without them.)
#define CK_SUM_LANES(v0, v1, v2, v3, result) \
  do { \
    lanes first = CK_LOW(v0, v1) + CK_HIGH(v0, v1), second = CK_LOW(v2, v3) + CK_HIGH(v2, v3); \
    lanes both = CK_EVEN(first, second) + CK_ODD(first, second); \
    result = (CK_QUARTER(both, 0) + CK_QUARTER(both, 1)) + (CK_QUARTER(both, 2) + CK_QUARTER(both, 3)); \
  } while (0)

#endif
