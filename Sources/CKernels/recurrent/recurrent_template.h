// The pointwise part of recurrent cells, one time step; see ck_recurrent.h. Buffers do not overlap. A row is a separate function
// because the compiler respects `restrict` for parameters only. Each gate is a parameter because the compiler would otherwise
// compare the addresses of gates over all rows, find an overlap, and not vectorise.

CK_INLINE void K(add_to)(ptrdiff_t n, const REAL *restrict x, REAL *restrict y) {
  for (ptrdiff_t j = 0; j < n; j++) y[j] += x[j];
}

CK_INLINE void K(rnn_row_forward)(
    bool is_tanh, ptrdiff_t n, const REAL *restrict b, const REAL *restrict d, const REAL *restrict a,
    const REAL *restrict u, REAL *restrict h) {
  for (ptrdiff_t j = 0; j < n; j++) {
    REAL v = a[j] + u[j] + (b[j] + d[j]);
    h[j] = is_tanh ? K(tanh)(v) : v < 0 ? 0 : v;
  }
}

CK_CLONES static void K(rnn_forward)(
    const ck_step *step, const REAL *input_bias, const REAL *hidden_bias, const REAL *gates, const REAL *product,
    REAL *state) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    const REAL *a = gates + r * step->gate_stride, *u = product + r * n;
    REAL *h = state + r * step->state_stride;
    if (step->cell == CK_RNN_TANH) {
      K(rnn_row_forward)(true, n, input_bias, hidden_bias, a, u, h);
    } else {
      K(rnn_row_forward)(false, n, input_bias, hidden_bias, a, u, h);
    }
  }
}

CK_INLINE void K(rnn_row_backward)(
    bool is_tanh, ptrdiff_t n, const REAL *restrict dh, const REAL *restrict h, REAL *restrict da,
    REAL *restrict du) {
  for (ptrdiff_t j = 0; j < n; j++) da[j] = du[j] = is_tanh ? dh[j] * (1 - h[j] * h[j]) : h[j] > 0 ? dh[j] : 0;
}

CK_CLONES static void K(rnn_backward)(
    const ck_step *step, const REAL *dstate, REAL *gates, const REAL *state, REAL *carried, REAL *dproduct) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    if (dstate) K(add_to)(n, dstate + r * step->state_stride, carried + r * n);
    const REAL *h = state + r * step->state_stride;
    REAL *da = gates + r * step->gate_stride, *du = dproduct + r * n;
    if (step->cell == CK_RNN_TANH) {
      K(rnn_row_backward)(true, n, carried + r * n, h, da, du);
    } else {
      K(rnn_row_backward)(false, n, carried + r * n, h, da, du);
    }
  }
}

CK_INLINE void K(lstm_row_forward)(
    ptrdiff_t n, const REAL *restrict b, const REAL *restrict d, REAL *restrict ai, REAL *restrict af,
    REAL *restrict ag, REAL *restrict ao, const REAL *restrict u,
    const REAL *restrict before, REAL *restrict h, REAL *restrict c) {
  for (ptrdiff_t j = 0; j < n; j++) {
    REAL i = K(sigmoid)(ai[j] + u[j] + (b[j] + d[j]));
    REAL f = K(sigmoid)(af[j] + u[n + j] + (b[n + j] + d[n + j]));
    REAL g = K(tanh)(ag[j] + u[2 * n + j] + (b[2 * n + j] + d[2 * n + j]));
    REAL o = K(sigmoid)(ao[j] + u[3 * n + j] + (b[3 * n + j] + d[3 * n + j]));
    REAL new_cell = f * before[j] + i * g;
    ai[j] = i;
    af[j] = f;
    ag[j] = g;
    ao[j] = o;
    c[j] = new_cell;
    h[j] = o * K(tanh)(new_cell);
  }
}

CK_CLONES static void K(lstm_forward)(
    const ck_step *step, const REAL *input_bias, const REAL *hidden_bias, REAL *gates, const REAL *product,
    const REAL *previous_cell, REAL *state, REAL *cell) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    REAL *a = gates + r * step->gate_stride;
    K(lstm_row_forward)(
        n, input_bias, hidden_bias, a, a + n, a + 2 * n, a + 3 * n, product + r * 4 * n,
        previous_cell + r * step->previous_stride, state + r * step->state_stride, cell + r * step->state_stride);
  }
}

CK_INLINE void K(lstm_row_backward)(
    ptrdiff_t n, REAL *restrict ai, REAL *restrict af, REAL *restrict ag, REAL *restrict ao,
    const REAL *restrict dh, REAL *restrict dc, const REAL *restrict c,
    const REAL *restrict before, REAL *restrict di,
    REAL *restrict df, REAL *restrict dg, REAL *restrict d_o) {
  for (ptrdiff_t j = 0; j < n; j++) {
    REAL i = ai[j], f = af[j], g = ag[j], o = ao[j];
    // Computed again, which is cheaper than storing it.
    REAL t = K(tanh)(c[j]);
    REAL dcell = dc[j] + dh[j] * o * (1 - t * t);
    ai[j] = di[j] = dcell * g * i * (1 - i);
    af[j] = df[j] = dcell * before[j] * f * (1 - f);
    ag[j] = dg[j] = dcell * i * (1 - g * g);
    ao[j] = d_o[j] = dh[j] * t * o * (1 - o);
    dc[j] = dcell * f;
  }
}

CK_CLONES static void K(lstm_backward)(
    const ck_step *step, const REAL *dstate, REAL *gates, const REAL *previous_cell, const REAL *cell, REAL *carried,
    REAL *carried_cell, REAL *dproduct) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    if (dstate) K(add_to)(n, dstate + r * step->state_stride, carried + r * n);
    REAL *a = gates + r * step->gate_stride, *du = dproduct + r * 4 * n;
    K(lstm_row_backward)(
        n, a, a + n, a + 2 * n, a + 3 * n, carried + r * n, carried_cell + r * n, cell + r * step->state_stride,
        previous_cell + r * step->previous_stride, du, du + n, du + 2 * n, du + 3 * n);
  }
}

CK_INLINE void K(gru_row_forward)(
    ptrdiff_t n, const REAL *restrict b, const REAL *restrict d, REAL *restrict ar, REAL *restrict az,
    REAL *restrict an, const REAL *restrict u,
    const REAL *restrict before, REAL *restrict h, REAL *restrict q) {
  for (ptrdiff_t j = 0; j < n; j++) {
    REAL r = K(sigmoid)(ar[j] + u[j] + (b[j] + d[j]));
    REAL z = K(sigmoid)(az[j] + u[n + j] + (b[n + j] + d[n + j]));
    REAL inner = u[2 * n + j] + d[2 * n + j];
    REAL new_value = K(tanh)(an[j] + b[2 * n + j] + r * inner);
    ar[j] = r;
    az[j] = z;
    an[j] = new_value;
    q[j] = inner;
    h[j] = (1 - z) * new_value + z * before[j];
  }
}

CK_CLONES static void K(gru_forward)(
    const ck_step *step, const REAL *input_bias, const REAL *hidden_bias, REAL *gates, const REAL *product,
    const REAL *previous, REAL *state, REAL *candidate) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    REAL *a = gates + r * step->gate_stride;
    K(gru_row_forward)(
        n, input_bias, hidden_bias, a, a + n, a + 2 * n, product + r * 3 * n,
        previous + r * step->previous_stride, state + r * step->state_stride, candidate + r * step->state_stride);
  }
}

CK_INLINE void K(gru_row_backward)(
    ptrdiff_t n, REAL *restrict ar, REAL *restrict az, REAL *restrict an, REAL *restrict dh,
    const REAL *restrict before, const REAL *restrict q,
    REAL *restrict ur, REAL *restrict uz, REAL *restrict un) {
  for (ptrdiff_t j = 0; j < n; j++) {
    REAL r = ar[j], z = az[j], value = an[j];
    REAL dn = dh[j] * (1 - z) * (1 - value * value);
    REAL dz = dh[j] * (before[j] - value) * z * (1 - z);
    REAL dr = dn * q[j] * r * (1 - r);
    ar[j] = ur[j] = dr;
    az[j] = uz[j] = dz;
    an[j] = dn;
    un[j] = dn * r;
    dh[j] *= z;
  }
}

CK_CLONES static void K(gru_backward)(
    const ck_step *step, const REAL *dstate, REAL *gates, const REAL *previous, const REAL *candidate, REAL *carried,
    REAL *dproduct) {
  ptrdiff_t n = step->hidden;
  for (ptrdiff_t r = 0; r < step->rows; r++) {
    if (dstate) K(add_to)(n, dstate + r * step->state_stride, carried + r * n);
    REAL *a = gates + r * step->gate_stride, *du = dproduct + r * 3 * n;
    K(gru_row_backward)(
        n, a, a + n, a + 2 * n, carried + r * n, previous + r * step->previous_stride,
        candidate + r * step->state_stride, du, du + n, du + 2 * n);
  }
}
