// Attention, positions and the gated MLP; see ck_attention.h.
#include "../common/row_max_template.h"

// Keys that row r of a block sees.
CK_INLINE ptrdiff_t K(visible)(ptrdiff_t r, ptrdiff_t keys, ptrdiff_t first) {
  ptrdiff_t own = first + r + 1;
  return first < 0 || own > keys ? keys : own;
}

// x = exp(x − largest); gives Σ x
CK_CLONES static REAL K(exp_in_place)(ptrdiff_t n, REAL largest, REAL *x) {
  CK_REASSOCIATE
  for (ptrdiff_t c = 0; c < n; c++) x[c] = K(exp)(x[c] - largest);
  REAL sum = 0;
  for (ptrdiff_t c = 0; c < n; c++) sum += x[c];
  return sum;
}

CK_CLONES static void K(scale_in_place)(ptrdiff_t n, REAL factor, REAL *x) {
  for (ptrdiff_t c = 0; c < n; c++) x[c] *= factor;
}

static void K(attention_softmax)(ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, REAL *scores, REAL *log_sums) {
  for (ptrdiff_t r = 0; r < rows && keys > 0; r++) {
    REAL *row = scores + r * keys;
    ptrdiff_t n = K(visible)(r, keys, first);
    REAL largest = K(row_max)(n, row);
    REAL sum = K(exp_in_place)(n, largest, row);
    K(scale_in_place)(n, 1 / sum, row);
    memset(row + n, 0, (size_t)(keys - n) * sizeof(REAL));
    log_sums[r] = largest + (REAL)log(sum);
  }
}

CK_CLONES static void K(softmax_gradient_row)(
    ptrdiff_t n, REAL factor, REAL log_sum, REAL delta, REAL *restrict scores, REAL *restrict gradient) {
  for (ptrdiff_t c = 0; c < n; c++) {
    REAL p = K(exp)(scores[c] - log_sum);
    scores[c] = p;
    gradient[c] = factor * p * (gradient[c] - delta);
  }
}

static void K(attention_softmax_backward)(
    ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, REAL factor, const REAL *log_sums, const REAL *delta,
    REAL *scores, REAL *dprobabilities) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    REAL *row = scores + r * keys, *gradient = dprobabilities + r * keys;
    ptrdiff_t n = K(visible)(r, keys, first);
    K(softmax_gradient_row)(n, factor, log_sums[r], delta[r], row, gradient);
    memset(row + n, 0, (size_t)(keys - n) * sizeof(REAL));
    memset(gradient + n, 0, (size_t)(keys - n) * sizeof(REAL));
  }
}

CK_CLONES static void K(row_dots)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *a, const REAL *b, REAL *dots) {
  CK_REASSOCIATE
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *x = a + r * stride, *y = b + r * stride;
    REAL sum = 0;
    for (ptrdiff_t c = 0; c < columns; c++) sum += x[c] * y[c];
    dots[r] = sum;
  }
}

CK_CLONES static void K(rotate)(
    ptrdiff_t half, const REAL *restrict cosines, const REAL *restrict sines, REAL direction, REAL *restrict a,
    REAL *restrict b) {
  for (ptrdiff_t i = 0; i < half; i++) {
    REAL c = cosines[i], s = direction * sines[i], x = a[i], y = b[i];
    a[i] = x * c - y * s;
    b[i] = y * c + x * s;
  }
}

static void K(rotary)(
    ptrdiff_t samples, ptrdiff_t time, ptrdiff_t heads, ptrdiff_t size, ptrdiff_t stride, ptrdiff_t position,
    const REAL *cosines, const REAL *sines, REAL direction, REAL *x) {
  ptrdiff_t half = size / 2;
  for (ptrdiff_t row = 0; row < samples * time; row++) {
    ptrdiff_t table = (position + row % time) * half;
    for (ptrdiff_t h = 0; h < heads; h++) {
      REAL *head = x + row * stride + h * size;
      K(rotate)(half, cosines + table, sines + table, direction, head, head + half);
    }
  }
}

CK_CLONES static void K(add_to_samples)(
    ptrdiff_t samples, ptrdiff_t count, const REAL *x, const REAL *rows, REAL *y) {
  for (ptrdiff_t s = 0; s < samples; s++) {
    for (ptrdiff_t i = 0; i < count; i++) y[s * count + i] = x[s * count + i] + rows[i];
  }
}

CK_CLONES static void K(sum_of_samples)(
    ptrdiff_t samples, ptrdiff_t count, const REAL *dy, REAL *drows, bool accumulate) {
  if (!accumulate) memset(drows, 0, (size_t)count * sizeof(REAL));
  for (ptrdiff_t s = 0; s < samples; s++) {
    for (ptrdiff_t i = 0; i < count; i++) drows[i] += dy[s * count + i];
  }
}

CK_CLONES static void K(swiglu_forward)(ptrdiff_t n, const REAL *gate, const REAL *x, REAL *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] = gate[i] * K(sigmoid)(gate[i]) * x[i];
}

CK_CLONES static void K(swiglu_backward)(
    ptrdiff_t n, const REAL *gate, const REAL *x, const REAL *dy, REAL *dgate, REAL *dx) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL v = gate[i], g = dy[i], s = K(sigmoid)(v);
    dgate[i] = g * x[i] * (s * (1 + v * (1 - s)));
    dx[i] = g * (v * s);
  }
}
