#include <string.h>

#include "../common/window.h"

#define CK_TEMPLATE "../convolution/convolution_template.h"
#include "../common/instantiate.h"

void ck_im2col(
    ck_type type, const ck_window *window, ptrdiff_t first_channel, ptrdiff_t group_channels, const void *x,
    void *columns) {
  CK_CALL(type, im2col, window, first_channel, group_channels, x, columns);
}

void ck_col2im(
    ck_type type, const ck_window *window, ptrdiff_t first_channel, ptrdiff_t group_channels, const void *columns,
    void *dx, bool accumulate) {
  CK_CALL(type, col2im, window, first_channel, group_channels, columns, dx, accumulate);
}
