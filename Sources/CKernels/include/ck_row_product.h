// Products of a matrix and one vector, in the time of reading the matrix.
#ifndef CK_ROW_PRODUCT_H
#define CK_ROW_PRODUCT_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// result[r] (+)= factor · Σ over c of matrix[r, c]·vector[c], for rows that start `stride` elements apart.
void ck_matrix_vector(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float factor, const float *matrix, const float *vector,
    bool accumulate, float *result);

#pragma clang assume_nonnull end
#endif
