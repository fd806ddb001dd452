#define CK_TEMPLATE "../elementwise/elementwise_template.h"
#include "../common/instantiate.h"

void ck_add(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y) {
  CK_CALL(type, add, count, a, b, y);
}

void ck_add_relu(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y) {
  CK_CALL(type, add_relu, count, a, b, y);
}

void ck_subtract(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y) {
  CK_CALL(type, subtract, count, a, b, y);
}

void ck_multiply(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y) {
  CK_CALL(type, multiply, count, a, b, y);
}

void ck_multiply_add(ck_type type, ptrdiff_t count, const void *a, const void *b, void *y) {
  CK_CALL(type, multiply_add, count, a, b, y);
}

void ck_scale(ck_type type, ptrdiff_t count, double factor, const void *x, void *y) {
  CK_CALL(type, scale, count, factor, x, y);
}

void ck_axpy(ck_type type, ptrdiff_t count, double factor, const void *x, void *y) {
  CK_CALL(type, axpy, count, factor, x, y);
}

void ck_running_average(ck_type type, ptrdiff_t count, double momentum, double factor, const void *x, void *y) {
  CK_CALL(type, running_average, count, 1 - momentum, momentum * factor, x, y);
}

void ck_fill(ck_type type, ptrdiff_t count, double value, void *y) { CK_CALL(type, fill, count, value, y); }

double ck_sum(ck_type type, ptrdiff_t count, const void *x) { return CK_CALL(type, sum, count, x); }

double ck_sum_of_squares(ck_type type, ptrdiff_t count, const void *x) { return CK_CALL(type, dot, count, x, x); }

double ck_dot(ck_type type, ptrdiff_t count, const void *a, const void *b) {
  return CK_CALL(type, dot, count, a, b);
}

ptrdiff_t ck_first_nonfinite(ck_type type, ptrdiff_t count, const void *x) {
  return CK_CALL(type, first_nonfinite, count, x);
}
