#include "../common/panels.h"
#define CK_TEMPLATE "../normalization/layer_norm_template.h"
#include "../common/instantiate.h"

void ck_layer_norm_forward(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, double epsilon, const void *x, const void *gamma,
    const void *beta, void *y, void *mean, void *inverse_deviation) {
  CK_CALL(type, layer_norm_forward, rows, columns, epsilon, x, gamma, beta, y, mean, inverse_deviation);
}

void ck_layer_norm_backward_input(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, const void *mean, const void *inverse_deviation,
    const void *gamma, const void *dy, void *dx, bool accumulate) {
  CK_CALL(
      type, layer_norm_backward_input, rows, columns, x, mean, inverse_deviation, gamma, dy, dx, accumulate);
}

void ck_layer_norm_backward_parameters(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, const void *mean, const void *inverse_deviation,
    const void *dy, void *dgamma, void *dbeta, bool accumulate_gamma, bool accumulate_beta) {
  CK_CALL(
      type, layer_norm_backward_parameters, rows, columns, x, mean, inverse_deviation, dy, dgamma, dbeta,
      accumulate_gamma, accumulate_beta);
}
