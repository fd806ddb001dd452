#define CK_TEMPLATE "../elementwise/layout_template.h"
#include "../common/instantiate.h"

void ck_copy_rows(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, ptrdiff_t x_stride, void *y, ptrdiff_t y_stride,
    bool accumulate) {
  CK_CALL(type, copy_rows, rows, columns, x, x_stride, y, y_stride, accumulate);
}

void ck_transpose(ck_type type, ptrdiff_t batch, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *y) {
  ptrdiff_t bytes = rows * columns * (type == CK_FLOAT64 ? sizeof(double) : sizeof(float));
  for (ptrdiff_t n = 0; n < batch; n++) {
    const void *from = (const char *)x + n * bytes;
    void *to = (char *)y + n * bytes;
    CK_CALL(type, transpose, rows, columns, from, to);
  }
}
