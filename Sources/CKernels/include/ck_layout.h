// Rearrangements without arithmetic.
#ifndef CK_LAYOUT_H
#define CK_LAYOUT_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// y[r·y_stride + c] = x[r·x_stride + c] (or += with `accumulate`) for c < columns; strides in elements. Concatenates and splits
/// channels, and gathers strided rows.
void ck_copy_rows(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride,
    bool accumulate);

/// y [batch, columns, rows] = the transposes of x [batch, rows, columns].
///
/// Images NHWC to NCHW: (batch, height·width, channels); back: (batch, channels, height·width). Convolution weights
/// [O, H, W, I] to PyTorch's [O, I, H, W], grouped or not: (O, height·width, inputs of a group), and back likewise.
void ck_transpose(ck_type type, ptrdiff_t batch, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *y);

#pragma clang assume_nonnull end
#endif
