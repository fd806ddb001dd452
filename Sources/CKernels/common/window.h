// Taps of a sliding window that are inside the image.
#ifndef CK_WINDOW_H
#define CK_WINDOW_H

#include "kernels.h"

/// Taps begin..<end along one axis, the first of which reads position `origin` + begin·dilation.
typedef struct {
  ptrdiff_t origin, begin, end;
} taps;

CK_INLINE taps taps_inside(
    ptrdiff_t output, ptrdiff_t stride, ptrdiff_t padding, ptrdiff_t dilation, ptrdiff_t kernel, ptrdiff_t size) {
  taps t = {.origin = output * stride - padding, .begin = 0, .end = kernel};
  while (t.begin < kernel && t.origin + t.begin * dilation < 0) t.begin++;
  while (t.end > t.begin && t.origin + (t.end - 1) * dilation >= size) t.end--;
  return t;
}

CK_INLINE taps row_taps(const ck_window *w, ptrdiff_t i) {
  return taps_inside(i, w->stride_height, w->padding_top, w->dilation_height, w->kernel_height, w->height);
}

CK_INLINE taps column_taps(const ck_window *w, ptrdiff_t j) {
  return taps_inside(j, w->stride_width, w->padding_left, w->dilation_width, w->kernel_width, w->width);
}

/// Position in the image (row·width + column) that tap (r, s) reads.
CK_INLINE ptrdiff_t tap_position(const ck_window *w, taps rows, taps columns, ptrdiff_t r, ptrdiff_t s) {
  return (rows.origin + r * w->dilation_height) * w->width + columns.origin + s * w->dilation_width;
}

#endif
