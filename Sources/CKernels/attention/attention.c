#define CK_TEMPLATE "../attention/attention_template.h"
#include "../common/instantiate.h"

void ck_attention_softmax(
    ck_type type, ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, void *scores, void *log_sums) {
  CK_CALL(type, attention_softmax, rows, keys, first, scores, log_sums);
}

void ck_attention_softmax_backward(
    ck_type type, ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, double factor, const void *log_sums,
    const void *delta, void *scores, void *dprobabilities) {
  CK_CALL(type, attention_softmax_backward, rows, keys, first, factor, log_sums, delta, scores, dprobabilities);
}

void ck_row_dots(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const void *a, const void *b, void *dots) {
  CK_CALL(type, row_dots, rows, columns, stride, a, b, dots);
}

void ck_rotary(
    ck_type type, ptrdiff_t samples, ptrdiff_t time, ptrdiff_t heads, ptrdiff_t size, ptrdiff_t stride,
    ptrdiff_t position, const void *cosines, const void *sines, bool inverse, void *x) {
  CK_CALL(type, rotary, samples, time, heads, size, stride, position, cosines, sines, inverse ? -1 : 1, x);
}

void ck_add_to_samples(
    ck_type type, ptrdiff_t samples, ptrdiff_t count, const void *x, const void *rows, void *y) {
  CK_CALL(type, add_to_samples, samples, count, x, rows, y);
}

void ck_sum_of_samples(
    ck_type type, ptrdiff_t samples, ptrdiff_t count, const void *dy, void *drows, bool accumulate) {
  CK_CALL(type, sum_of_samples, samples, count, dy, drows, accumulate);
}

void ck_swiglu_forward(ck_type type, ptrdiff_t count, const void *gate, const void *x, void *y) {
  CK_CALL(type, swiglu_forward, count, gate, x, y);
}

void ck_swiglu_backward(
    ck_type type, ptrdiff_t count, const void *gate, const void *x, const void *dy, void *dgate, void *dx) {
  CK_CALL(type, swiglu_backward, count, gate, x, dy, dgate, dx);
}
