// Elementwise arithmetic; see ck_elementwise.h.

CK_CLONES static void K(add)(ptrdiff_t n, const REAL *a, const REAL *b, REAL *y) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

CK_CLONES static void K(add_relu)(ptrdiff_t n, const REAL *a, const REAL *b, REAL *y) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL s = a[i] + b[i];
    y[i] = s < 0 ? 0 : s;
  }
}

CK_CLONES static void K(subtract)(ptrdiff_t n, const REAL *a, const REAL *b, REAL *y) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) y[i] = a[i] - b[i];
}

CK_CLONES static void K(multiply)(ptrdiff_t n, const REAL *a, const REAL *b, REAL *y) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) y[i] = a[i] * b[i];
}

CK_CLONES static void K(multiply_add)(ptrdiff_t n, const REAL *a, const REAL *b, REAL *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] += a[i] * b[i];
}

CK_CLONES static void K(scale)(ptrdiff_t n, REAL factor, const REAL *x, REAL *y) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) y[i] = factor * x[i];
}

CK_CLONES static void K(axpy)(ptrdiff_t n, REAL factor, const REAL *x, REAL *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] += factor * x[i];
}

CK_CLONES static void K(running_average)(ptrdiff_t n, REAL keep, REAL factor, const REAL *x, REAL *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] = keep * y[i] + factor * x[i];
}

CK_CLONES static void K(fill)(ptrdiff_t n, REAL value, REAL *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] = value;
}

CK_CLONES static double K(chunk_sum)(ptrdiff_t n, const REAL *x) {
  CK_REASSOCIATE
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += x[i];
  return sum;
}

CK_CLONES static double K(chunk_dot)(ptrdiff_t n, const REAL *a, const REAL *b) {
  CK_REASSOCIATE
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) sum += (double)a[i] * b[i];
  return sum;
}

static double K(sum)(ptrdiff_t n, const REAL *x) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i += CK_REDUCTION_CHUNK) {
    sum += K(chunk_sum)(n - i < CK_REDUCTION_CHUNK ? n - i : CK_REDUCTION_CHUNK, x + i);
  }
  return sum;
}

static double K(dot)(ptrdiff_t n, const REAL *a, const REAL *b) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i += CK_REDUCTION_CHUNK) {
    sum += K(chunk_dot)(n - i < CK_REDUCTION_CHUNK ? n - i : CK_REDUCTION_CHUNK, a + i, b + i);
  }
  return sum;
}

CK_CLONES static bool K(block_is_finite)(ptrdiff_t n, const REAL *x) {
  // x − x is 0 for finite x, else NaN.
  int bad = 0;
  for (ptrdiff_t i = 0; i < n; i++) bad |= !(x[i] - x[i] == 0);
  return !bad;
}

static ptrdiff_t K(first_nonfinite)(ptrdiff_t n, const REAL *x) {
  for (ptrdiff_t i = 0; i < n; i += CK_REDUCTION_CHUNK) {
    ptrdiff_t size = n - i < CK_REDUCTION_CHUNK ? n - i : CK_REDUCTION_CHUNK;
    if (K(block_is_finite)(size, x + i)) continue;
    while (x[i] - x[i] == 0) i++;
    return i;
  }
  return -1;
}
