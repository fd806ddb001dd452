// Pooling of images [batch, height, width, channels] to [batch, output_height, output_width, channels].
#ifndef CK_POOLING_H
#define CK_POOLING_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Largest value in each window, the first of equals; never padding. `indices` (unless null) gets its position row·width +
/// column, for the backward pass. Every window must overlap the image.
void ck_max_pool_forward(
    ck_type type, const ck_window *window, const void *x, void *y, int32_t *_Nullable indices);
void ck_max_pool_backward(
    ck_type type, const ck_window *window, const void *dy, const int32_t *indices, void *dx, bool accumulate);

/// Mean of each window. With `count_padding` the sum is divided by the number of taps that lie in the padded image
/// (PyTorch's default; `padding_bottom` and `padding_right` bound it), else by those inside the image.
void ck_average_pool_forward(
    ck_type type, const ck_window *window, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding,
    const void *x, void *y);
void ck_average_pool_backward(
    ck_type type, const ck_window *window, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding,
    const void *dy, void *dx, bool accumulate);

/// Mean over positions: x [batch, positions, channels], y [batch, channels].
void ck_global_average_pool_forward(
    ck_type type, ptrdiff_t batch, ptrdiff_t positions, ptrdiff_t channels, const void *x, void *y);
void ck_global_average_pool_backward(
    ck_type type, ptrdiff_t batch, ptrdiff_t positions, ptrdiff_t channels, const void *dy, void *dx, bool accumulate);

#pragma clang assume_nonnull end
#endif
