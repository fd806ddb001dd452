// Normalisation of groups of channels over the positions of each sample (Wu and He, 2018), of [samples, positions, channels].
#ifndef CK_GROUP_NORM_H
#define CK_GROUP_NORM_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Sizes of the input. `groups` divides `channels`. If `lengths` is not null, the first lengths[s] positions of sample s count,
/// and the others are padding.
typedef struct {
  ptrdiff_t samples, positions, channels, groups;
  const ptrdiff_t *_Nullable lengths;
} ck_group_norm;

/// y = (x − mean) · inverse_deviation · gamma + beta, with mean and 1 / √(biased variance + epsilon) [samples, groups] over
/// the sample's positions and the group's channels. A null gamma is ones, a null beta zeros; padding becomes zero.
void ck_group_norm_forward(
    ck_type type, ck_group_norm sizes, double epsilon, const void *x, const void *_Nullable gamma,
    const void *_Nullable beta, void *y, void *mean, void *inverse_deviation);

/// For each sample and channel: totals = Σ dy and products = Σ dy · (x − mean) · inverse_deviation over the sample's
/// positions, both double [samples, channels].
void ck_group_norm_backward_sums(
    ck_type type, ck_group_norm sizes, const void *x, const void *mean, const void *inverse_deviation, const void *dy,
    double *totals, double *products);

/// dx = inverse_deviation · (g − mean of g − n · mean of g·n) with n = (x − mean) · inverse_deviation and g = dy · gamma,
/// means over the sample's positions and the group's channels. Not in place.
void ck_group_norm_backward_input(
    ck_type type, ck_group_norm sizes, const void *x, const void *mean, const void *inverse_deviation,
    const void *_Nullable gamma, const void *dy, const double *totals, const double *products, void *dx,
    bool accumulate);

/// target[c] = Σ over samples of sums[s, c], in the order of the samples.
void ck_group_norm_parameter_gradient(
    ck_type type, ptrdiff_t samples, ptrdiff_t channels, const double *sums, void *target, bool accumulate);

#pragma clang assume_nonnull end
#endif
