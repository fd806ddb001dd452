#include <string.h>

#include "../common/window.h"

// Bottom and right padding affect only the divisor of a mean.
typedef struct {
  ptrdiff_t bottom, right;
  bool counted;
} average_padding;

#define CK_TEMPLATE "../convolution/pooling_template.h"
#include "../common/instantiate.h"

void ck_max_pool_forward(ck_type type, const ck_window *window, const void *x, void *y, int32_t *indices) {
  CK_CALL(type, max_pool_forward, window, x, y, indices);
}

void ck_max_pool_backward(
    ck_type type, const ck_window *window, const void *dy, const int32_t *indices, void *dx, bool accumulate) {
  CK_CALL(type, max_pool_backward, window, dy, indices, dx, accumulate);
}

void ck_average_pool_forward(
    ck_type type, const ck_window *window, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding,
    const void *x, void *y) {
  average_padding padding = {padding_bottom, padding_right, count_padding};
  CK_CALL(type, average_pool_forward, window, padding, x, y);
}

void ck_average_pool_backward(
    ck_type type, const ck_window *window, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding,
    const void *dy, void *dx, bool accumulate) {
  average_padding padding = {padding_bottom, padding_right, count_padding};
  CK_CALL(type, average_pool_backward, window, padding, dy, dx, accumulate);
}

void ck_global_average_pool_forward(
    ck_type type, ptrdiff_t batch, ptrdiff_t positions, ptrdiff_t channels, const void *x, void *y) {
  CK_CALL(type, global_average_pool_forward, batch, positions, channels, x, y);
}

void ck_global_average_pool_backward(
    ck_type type, ptrdiff_t batch, ptrdiff_t positions, ptrdiff_t channels, const void *dy, void *dx,
    bool accumulate) {
  CK_CALL(type, global_average_pool_backward, batch, positions, channels, dy, dx, accumulate);
}
