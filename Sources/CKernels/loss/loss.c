#define CK_TEMPLATE "../loss/loss_template.h"
#include "../common/instantiate.h"

void ck_softmax(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *y) {
  CK_CALL(type, softmax, rows, columns, x, y);
}

void ck_softmax_backward(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *y, const void *dy, void *dx, bool accumulate) {
  CK_CALL(type, softmax_backward, rows, columns, y, dy, dx, accumulate);
}

void ck_argmax(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, int32_t *indices) {
  CK_CALL(type, argmax, rows, columns, x, indices);
}

ck_loss ck_softmax_cross_entropy(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const int32_t *labels, double smoothing,
    const void *class_weights, void *gradient, double *row_losses) {
  return CK_CALL(
      type, softmax_cross_entropy, rows, columns, logits, labels, smoothing, class_weights, gradient, row_losses);
}

ck_loss ck_softmax_cross_entropy_dense(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const void *distributions, double smoothing,
    const void *class_weights, void *gradient, double *row_losses) {
  return CK_CALL(
      type, softmax_cross_entropy_dense, rows, columns, logits, distributions, smoothing, class_weights, gradient,
      row_losses);
}

double ck_binary_cross_entropy(
    ck_type type, ptrdiff_t count, const void *logits, const void *targets, void *gradient) {
  return CK_CALL(type, binary_cross_entropy, count, logits, targets, gradient);
}

double ck_squared_error(ck_type type, ptrdiff_t count, const void *x, const void *targets, void *gradient) {
  return CK_CALL(type, squared_error, count, x, targets, gradient);
}

void ck_one_hot(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const int32_t *labels, void *targets) {
  CK_CALL(type, one_hot, rows, columns, labels, targets);
}
