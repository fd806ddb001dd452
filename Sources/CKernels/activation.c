#define CK_TEMPLATE "activation_template.h"
#include "instantiate.h"

void ck_activation_forward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t count, const void *x, void *y) {
  CK_CALL(type, activate, activation, slope, count, x, y);
}

void ck_activation_backward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t count, const void *x, const void *y,
    const void *dy, void *dx, bool accumulate) {
  if (accumulate) {
    CK_CALL(type, activate_backward_adding, activation, slope, count, x, y, dy, dx);
  } else {
    CK_CALL(type, activate_backward, activation, slope, count, x, y, dy, dx);
  }
}

void ck_bias_activation_forward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t rows, ptrdiff_t columns, const void *x,
    const void *bias, void *y) {
  if (bias) {
    ck_add_row(type, rows, columns, x, bias, y);
    x = y;
  }
  if (activation != CK_IDENTITY || x != y) ck_activation_forward(type, activation, slope, rows * columns, x, y);
}

void ck_bias_activation_backward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t rows, ptrdiff_t columns, const void *y,
    const void *dy, void *dx, void *dbias, bool accumulate_bias) {
  if (activation != CK_IDENTITY || dx != dy) {
    ck_activation_backward(type, activation, slope, rows * columns, NULL, y, dy, dx, false);
  }
  if (dbias) ck_column_sums(type, rows, columns, dx, dbias, accumulate_bias);
}
