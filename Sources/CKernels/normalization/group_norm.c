#include "../common/panels.h"
#define CK_TEMPLATE "../normalization/group_norm_template.h"
#include "../common/instantiate.h"

void ck_group_norm_forward(
    ck_type type, ck_group_norm sizes, double epsilon, const void *x, const void *gamma, const void *beta, void *y,
    void *mean, void *inverse_deviation) {
  CK_CALL(type, group_norm_forward, sizes, epsilon, x, gamma, beta, y, mean, inverse_deviation);
}

void ck_group_norm_backward_sums(
    ck_type type, ck_group_norm sizes, const void *x, const void *mean, const void *inverse_deviation, const void *dy,
    double *totals, double *products) {
  CK_CALL(type, group_norm_backward_sums, sizes, x, mean, inverse_deviation, dy, totals, products);
}

void ck_group_norm_backward_input(
    ck_type type, ck_group_norm sizes, const void *x, const void *mean, const void *inverse_deviation,
    const void *gamma, const void *dy, const double *totals, const double *products, void *dx, bool accumulate) {
  CK_CALL(
      type, group_norm_backward_input, sizes, x, mean, inverse_deviation, gamma, dy, totals, products, dx, accumulate);
}

void ck_group_norm_parameter_gradient(
    ck_type type, ptrdiff_t samples, ptrdiff_t channels, const double *sums, void *target, bool accumulate) {
  CK_CALL(type, group_norm_parameter_gradient, samples, channels, sums, target, accumulate);
}
