// The parts of convolution other than matrix products.
#ifndef CK_CONVOLUTION_H
#define CK_CONVOLUTION_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Patches of one group as the rows of a matrix:
/// columns [batch·output_height·output_width, kernel_height·kernel_width·group_channels], from
/// channels first_channel..<first_channel + group_channels of x. Zeros where a patch leaves the image.
void ck_im2col(
    ck_type type, const ck_window *window, ptrdiff_t first_channel, ptrdiff_t group_channels, const void *x,
    void *columns);
/// The transpose of ck_im2col: adds every patch to the pixels that it came from. Only this group's channels of dx are
/// written; without `accumulate` they are zeroed first.
void ck_col2im(
    ck_type type, const ck_window *window, ptrdiff_t first_channel, ptrdiff_t group_channels, const void *columns,
    void *dx, bool accumulate);

/// Depthwise convolution: each of window->channels input channels feeds `multiplier` outputs of its own.
/// weights [channels·multiplier, kernel_height, kernel_width], bias [channels·multiplier] or null,
/// y [batch, output_height, output_width, channels·multiplier].
void ck_depthwise_forward(
    ck_type type, const ck_window *window, ptrdiff_t multiplier, const void *x, const void *weights,
    const void *_Nullable bias, void *y);
void ck_depthwise_backward_data(
    ck_type type, const ck_window *window, ptrdiff_t multiplier, const void *dy, const void *weights, void *dx,
    bool accumulate);
void ck_depthwise_backward_weights(
    ck_type type, const ck_window *window, ptrdiff_t multiplier, const void *x, const void *dy, void *dweights,
    bool accumulate);

#pragma clang assume_nonnull end
#endif
