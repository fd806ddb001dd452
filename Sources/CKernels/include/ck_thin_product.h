// Products of few rows with the rows of a large matrix, as in a linear layer on a small batch.
#ifndef CK_THIN_PRODUCT_H
#define CK_THIN_PRODUCT_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// c[m, n] (+)= factor · Σ over k of a[m, k]·b[n, k], with rows `stride_…` elements apart; c overlaps neither factor. Made for
/// AVX-512, correct everywhere. `inner` is at least 16.
void ck_thin_product(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t inner, float factor, const float *a, ptrdiff_t stride_a,
    const float *b, ptrdiff_t stride_b, bool accumulate, float *c, ptrdiff_t stride_c);

#pragma clang assume_nonnull end
#endif
