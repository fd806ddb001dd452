// Scaling of the channels of [samples, positions, channels], by one factor for each channel, or for each sample and channel.
#ifndef CK_CHANNEL_SCALE_H
#define CK_CHANNEL_SCALE_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Sizes of the input. With `by_sample` the factors are [samples, channels], else [channels].
typedef struct {
  ptrdiff_t samples, positions, channels;
  bool by_sample;
} ck_channels;

/// y[s, p, c] = x[s, p, c] · factor[c] or factor[s, c], or += that. Not in place with `accumulate`.
void ck_scale_channels(
    ck_type type, ck_channels sizes, const void *x, const void *factor, void *y, bool accumulate);

/// The factor's gradient, Σ dy · x over the positions, and over the samples in their order unless each sample has its own.
void ck_scale_channels_gradient(
    ck_type type, ck_channels sizes, const void *x, const void *dy, void *target, bool accumulate);

#pragma clang assume_nonnull end
#endif
