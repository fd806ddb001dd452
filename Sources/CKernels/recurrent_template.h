// The pointwise part of recurrent cells, one time step; see ck_recurrent.h. Buffers do not overlap.

CK_CLONES static void K(rnn_forward)(
    const ck_step *step, const REAL *input_bias, const REAL *hidden_bias, const REAL *gates, const REAL *product,
    REAL *state) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    const REAL *restrict a = gates + r * step->gate_stride, *restrict u = product + r * n;
    REAL *restrict h = state + r * step->state_stride;
    if (step->cell == CK_RNN_TANH) {
      for (ptrdiff_t j = 0; j < n; j++) h[j] = K(tanh)(a[j] + u[j] + (input_bias[j] + hidden_bias[j]));
    } else {
      for (ptrdiff_t j = 0; j < n; j++) {
        REAL v = a[j] + u[j] + (input_bias[j] + hidden_bias[j]);
        h[j] = v < 0 ? 0 : v;
      }
    }
  }
}

CK_CLONES static void K(rnn_backward)(
    const ck_step *step, const REAL *dstate, REAL *gates, const REAL *state, const REAL *carried,
    REAL *dproduct) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    REAL *restrict da = gates + r * step->gate_stride, *restrict du = dproduct + r * n;
    const REAL *restrict h = state + r * step->state_stride, *restrict dh = carried + r * n;
    const REAL *restrict outer = dstate ? dstate + r * step->state_stride : NULL;
    if (outer) {
      for (ptrdiff_t j = 0; j < n; j++) du[j] = dh[j] + outer[j];
    } else {
      for (ptrdiff_t j = 0; j < n; j++) du[j] = dh[j];
    }
    if (step->cell == CK_RNN_TANH) {
      for (ptrdiff_t j = 0; j < n; j++) da[j] = du[j] = du[j] * (1 - h[j] * h[j]);
    } else {
      for (ptrdiff_t j = 0; j < n; j++) da[j] = du[j] = h[j] > 0 ? du[j] : 0;
    }
  }
}

CK_CLONES static void K(lstm_forward)(
    const ck_step *step, const REAL *input_bias, const REAL *hidden_bias, REAL *gates, const REAL *product,
    const REAL *previous_cell, REAL *state, REAL *cell) {
  ptrdiff_t n = step->hidden;
  const REAL *restrict b = input_bias, *restrict d = hidden_bias;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    REAL *restrict a = gates + r * step->gate_stride;
    const REAL *restrict u = product + r * 4 * n;
    REAL *restrict h = state + r * step->state_stride, *restrict c = cell + r * step->state_stride;
    const REAL *restrict before = previous_cell + r * step->previous_stride;
    for (ptrdiff_t j = 0; j < n; j++) {
      REAL i = K(sigmoid)(a[j] + u[j] + (b[j] + d[j]));
      REAL f = K(sigmoid)(a[n + j] + u[n + j] + (b[n + j] + d[n + j]));
      REAL g = K(tanh)(a[2 * n + j] + u[2 * n + j] + (b[2 * n + j] + d[2 * n + j]));
      REAL o = K(sigmoid)(a[3 * n + j] + u[3 * n + j] + (b[3 * n + j] + d[3 * n + j]));
      REAL new_cell = f * before[j] + i * g;
      a[j] = i;
      a[n + j] = f;
      a[2 * n + j] = g;
      a[3 * n + j] = o;
      c[j] = new_cell;
      h[j] = o * K(tanh)(new_cell);
    }
  }
}

CK_CLONES static void K(lstm_backward)(
    const ck_step *step, const REAL *dstate, REAL *gates, const REAL *previous_cell, const REAL *cell, REAL *carried,
    REAL *carried_cell, REAL *dproduct) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    REAL *restrict a = gates + r * step->gate_stride, *restrict du = dproduct + r * 4 * n;
    REAL *restrict dh = carried + r * n, *restrict dc = carried_cell + r * n;
    const REAL *restrict c = cell + r * step->state_stride;
    const REAL *restrict before = previous_cell + r * step->previous_stride;
    if (dstate) {
      const REAL *restrict outer = dstate + r * step->state_stride;
      for (ptrdiff_t j = 0; j < n; j++) dh[j] += outer[j];
    }
    for (ptrdiff_t j = 0; j < n; j++) {
      REAL i = a[j], f = a[n + j], g = a[2 * n + j], o = a[3 * n + j];
      // Computed again: cheaper than to keep it.
      REAL t = K(tanh)(c[j]);
      REAL dcell = dc[j] + dh[j] * o * (1 - t * t);
      a[j] = du[j] = dcell * g * i * (1 - i);
      a[n + j] = du[n + j] = dcell * before[j] * f * (1 - f);
      a[2 * n + j] = du[2 * n + j] = dcell * i * (1 - g * g);
      a[3 * n + j] = du[3 * n + j] = dh[j] * t * o * (1 - o);
      dc[j] = dcell * f;
    }
  }
}

CK_CLONES static void K(gru_forward)(
    const ck_step *step, const REAL *input_bias, const REAL *hidden_bias, REAL *gates, const REAL *product,
    const REAL *previous, REAL *state, REAL *candidate) {
  ptrdiff_t n = step->hidden;
  const REAL *restrict b = input_bias, *restrict d = hidden_bias;
  for (ptrdiff_t row = 0; row < step->rows; row++) {
    REAL *restrict a = gates + row * step->gate_stride;
    const REAL *restrict u = product + row * 3 * n, *restrict before = previous + row * step->previous_stride;
    REAL *restrict h = state + row * step->state_stride, *restrict q = candidate + row * step->state_stride;
    for (ptrdiff_t j = 0; j < n; j++) {
      REAL r = K(sigmoid)(a[j] + u[j] + (b[j] + d[j]));
      REAL z = K(sigmoid)(a[n + j] + u[n + j] + (b[n + j] + d[n + j]));
      REAL inner = u[2 * n + j] + d[2 * n + j];
      REAL new_value = K(tanh)(a[2 * n + j] + b[2 * n + j] + r * inner);
      a[j] = r;
      a[n + j] = z;
      a[2 * n + j] = new_value;
      q[j] = inner;
      h[j] = (1 - z) * new_value + z * before[j];
    }
  }
}

CK_CLONES static void K(gru_backward)(
    const ck_step *step, const REAL *dstate, REAL *gates, const REAL *previous, const REAL *candidate, REAL *carried,
    REAL *dproduct) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t row = 0; row < step->rows; row++) {
    REAL *restrict a = gates + row * step->gate_stride, *restrict du = dproduct + row * 3 * n;
    REAL *restrict dh = carried + row * n;
    const REAL *restrict before = previous + row * step->previous_stride;
    const REAL *restrict q = candidate + row * step->state_stride;
    if (dstate) {
      const REAL *restrict outer = dstate + row * step->state_stride;
      for (ptrdiff_t j = 0; j < n; j++) dh[j] += outer[j];
    }
    for (ptrdiff_t j = 0; j < n; j++) {
      REAL r = a[j], z = a[n + j], value = a[2 * n + j];
      REAL dn = dh[j] * (1 - z) * (1 - value * value);
      REAL dz = dh[j] * (before[j] - value) * z * (1 - z);
      REAL dr = dn * q[j] * r * (1 - r);
      a[j] = du[j] = dr;
      a[n + j] = du[n + j] = dz;
      a[2 * n + j] = dn;
      du[2 * n + j] = dn * r;
      dh[j] *= z;
    }
  }
}
