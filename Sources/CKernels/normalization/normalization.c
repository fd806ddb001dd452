#include "../common/panels.h"

#define CK_TEMPLATE "../normalization/normalization_template.h"
#include "../common/instantiate.h"

void ck_batch_norm_statistics(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, void *mean, void *variance) {
  CK_CALL(type, batch_norm_statistics, rows, channels, x, mean, variance);
}

void ck_inverse_deviation(
    ck_type type, ptrdiff_t channels, double epsilon, const void *variance, void *result) {
  CK_CALL(type, inverse_deviation, channels, epsilon, variance, result);
}

void ck_batch_norm_forward(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, const void *mean, const void *inverse_deviation,
    const void *gamma, const void *beta, bool relu, void *y) {
  CK_CALL(type, batch_norm_forward, rows, channels, x, mean, inverse_deviation, gamma, beta, relu, y);
}

void ck_batch_norm_backward_sums(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, const void *mean, const void *inverse_deviation,
    bool relu, const void *y, const void *dy, void *sum_dy, void *sum_dy_normalized) {
  CK_CALL(
      type, batch_norm_backward_sums, rows, channels, x, mean, inverse_deviation, relu, y, dy, sum_dy,
      sum_dy_normalized);
}

void ck_batch_norm_backward_input(
    ck_type type, ptrdiff_t rows, ptrdiff_t channels, const void *x, const void *mean, const void *inverse_deviation,
    const void *gamma, bool relu, const void *y, const void *dy, const void *sum_dy, const void *sum_dy_normalized,
    double count, void *dx, bool accumulate) {
  CK_CALL(
      type, batch_norm_backward_input, rows, channels, x, mean, inverse_deviation, gamma, relu, y, dy, sum_dy,
      sum_dy_normalized, count, dx, accumulate);
}
