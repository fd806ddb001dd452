#include "../common/panels.h"

#define CK_TEMPLATE "../normalization/columns_template.h"
#include "../common/instantiate.h"

void ck_add_row(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, const void *bias, void *y) {
  CK_CALL(type, add_row, rows, columns, false, x, bias, y);
}

void ck_column_sums(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *sums, bool accumulate) {
  CK_CALL(type, column_sums, rows, columns, x, sums, accumulate);
}

void ck_bias_activation_forward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t rows, ptrdiff_t columns, const void *x,
    const void *bias, void *y) {
  if (bias && (activation == CK_RELU || activation == CK_IDENTITY)) {
    CK_CALL(type, add_row, rows, columns, activation == CK_RELU, x, bias, y);
    return;
  }
  if (bias) {
    ck_add_row(type, rows, columns, x, bias, y);
    x = y;
  }
  if (activation != CK_IDENTITY || x != y) ck_activation_forward(type, activation, slope, rows * columns, x, y);
}

void ck_bias_activation_backward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t rows, ptrdiff_t columns, const void *y,
    const void *dy, void *dx, void *dbias, bool accumulate_bias) {
  if (activation == CK_RELU && dbias) {
    CK_CALL(type, relu_column_sums, rows, columns, y, dy, dx, dbias, accumulate_bias);
    return;
  }
  if (activation != CK_IDENTITY || dx != dy) {
    ck_activation_backward(type, activation, slope, rows * columns, NULL, y, dy, dx, false);
  }
  if (dbias) ck_column_sums(type, rows, columns, dx, dbias, accumulate_bias);
}
