// Batch normalisation over rows [rows, channels] (Ioffe and Szegedy, 2015): images are rows of batch·height·width.
#ifndef CK_NORMALIZATION_H
#define CK_NORMALIZATION_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Mean and biased variance (÷ rows) of every channel; zeros if there are no rows.
void ck_batch_norm_statistics(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, void *mean, void *variance);

/// inverse_deviation[c] = 1 / √(variance[c] + epsilon); in place.
void ck_inverse_deviation(
    ck_type type, ptrdiff_t channels, double epsilon, const void *variance, void *inverse_deviation);

/// y = (x − mean) · inverse_deviation · gamma + beta, then max(·, 0) with `relu`; in place.
/// A null gamma is ones, a null beta zeros. Training passes the batch's statistics, evaluation the running ones.
void ck_batch_norm_forward(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, const void *mean, const void *inverse_deviation,
    const void *_Nullable gamma, const void *_Nullable beta, bool relu, void *y);

/// First pass backwards, for every channel: sum_dy = Σ dy (the gradient of beta) and
/// sum_dy_normalized = Σ dy · (x − mean) · inverse_deviation (the gradient of gamma).
/// With `relu`, dy counts only where y > 0; else y may be null.
void ck_batch_norm_backward_sums(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, const void *mean, const void *inverse_deviation,
    bool relu, const void *_Nullable y, const void *dy, void *sum_dy, void *sum_dy_normalized);

/// Second pass backwards, with n = `count` rows behind the statistics:
/// dx = gamma · inverse_deviation · (dy − sum_dy/n − (x − mean) · inverse_deviation · sum_dy_normalized/n); in place
/// on dy. Null sums mean that the statistics were constants (evaluation): dx = gamma · inverse_deviation · dy.
void ck_batch_norm_backward_input(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, const void *mean, const void *inverse_deviation,
    const void *_Nullable gamma, bool relu, const void *_Nullable y, const void *dy, const void *_Nullable sum_dy,
    const void *_Nullable sum_dy_normalized, double count, void *dx, bool accumulate);

#pragma clang assume_nonnull end
#endif
