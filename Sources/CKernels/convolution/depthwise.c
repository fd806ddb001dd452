#include <string.h>

#include "../common/window.h"

#define CK_TEMPLATE "../convolution/depthwise_template.h"
#include "../common/instantiate.h"

void ck_depthwise_forward(
    ck_type type, const ck_window *window, ptrdiff_t multiplier, const void *x, const void *weights, const void *bias,
    void *y) {
  CK_CALL(type, depthwise_forward, window, multiplier, x, weights, bias, y);
}

void ck_depthwise_backward_data(
    ck_type type, const ck_window *window, ptrdiff_t multiplier, const void *dy, const void *weights, void *dx,
    bool accumulate) {
  CK_CALL(type, depthwise_backward_data, window, multiplier, dy, weights, dx, accumulate);
}

void ck_depthwise_backward_weights(
    ck_type type, const ck_window *window, ptrdiff_t multiplier, const void *x, const void *dy, void *dweights,
    bool accumulate) {
  CK_CALL(type, depthwise_backward_weights, window, multiplier, x, dy, dweights, accumulate);
}
