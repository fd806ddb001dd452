// Elementwise arithmetic and whole-buffer reductions.
#ifndef CK_ELEMENTWISE_H
#define CK_ELEMENTWISE_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// y = a + b; in place. Also the step of every tree sum.
void ck_add(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y);
/// y = max(a + b, 0): the end of a residual block; in place.
void ck_add_relu(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y);
/// y = a − b; in place.
void ck_subtract(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y);
/// y = a · b; in place.
void ck_multiply(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y);
/// y += a · b
void ck_multiply_add(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y);
/// y = factor · x; in place.
void ck_scale(ck_type type, ptrdiff_t count, double factor, const void *x, void *y);
/// y += factor · x
void ck_axpy(ck_type type, ptrdiff_t count, double factor, const void *x, void *y);
/// y = (1 − momentum) · y + momentum · factor · x: one step of an exponential running average.
void ck_running_average(ck_type type, ptrdiff_t count, double momentum, double factor, const void *x, void *y);
void ck_fill(ck_type type, ptrdiff_t count, double value, void *y);

/// Number of elements in a chunk. The reductions below accumulate in double, chunk by chunk from the first.
enum { CK_REDUCTION_CHUNK = 8192 };

double ck_sum(ck_type type, ptrdiff_t count, const void *x);
double ck_sum_of_squares(ck_type type, ptrdiff_t count, const void *x);
/// Σ a·b
double ck_dot(ck_type type, ptrdiff_t count, const void *a, const void *b);
/// Index of the first element that is NaN or infinite, or −1.
ptrdiff_t ck_first_nonfinite(ck_type type, ptrdiff_t count, const void *x);

/// y[r, c] = x[r, c] + bias[c]; in place.
void ck_add_row(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, const void *bias, void *y);
/// sums[c] = Σ over r of x[r, c]: the gradient of a bias.
void ck_column_sums(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *sums, bool accumulate);

#pragma clang assume_nonnull end
#endif
