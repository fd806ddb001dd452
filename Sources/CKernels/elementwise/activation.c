#define CK_TEMPLATE "../elementwise/activation_template.h"
#include "../common/instantiate.h"

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
