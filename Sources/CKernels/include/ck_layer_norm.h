// Layer normalisation over the rows of [rows, columns] (Ba, Kiros and Hinton, 2016).
#ifndef CK_LAYER_NORM_H
#define CK_LAYER_NORM_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// y[r, c] = (x[r, c] − mean[r]) · inverse_deviation[r] · gamma[c] + beta[c], with each row's mean and
/// 1 / √(biased variance + epsilon), which the backward pass requires. A null beta is zeros.
void ck_layer_norm_forward(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, double epsilon, const void *x, const void *gamma,
    const void *_Nullable beta, void *y, void *mean, void *inverse_deviation);

/// With n = (x − mean) · inverse_deviation and g = dy · gamma:
/// dx = inverse_deviation · (g − mean of g − n · mean of g·n). In place on dy.
void ck_layer_norm_backward_input(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, const void *mean, const void *inverse_deviation,
    const void *gamma, const void *dy, void *dx, bool accumulate);

/// dgamma[c] = Σ over r of dy·n and, unless it is null, dbeta[c] = Σ over r of dy.
void ck_layer_norm_backward_parameters(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, const void *mean, const void *inverse_deviation,
    const void *dy, void *dgamma, void *_Nullable dbeta, bool accumulate_gamma, bool accumulate_beta);

#pragma clang assume_nonnull end
#endif
