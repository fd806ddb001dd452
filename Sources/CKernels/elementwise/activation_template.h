// Activations and their derivatives; see ck_activation.h. One loop a case, so that each vectorises.

#define CK_EACH(expression)                                  \
  CK_IN_PLACE                                                \
  for (ptrdiff_t i = 0; i < n; i++) {                        \
    REAL v = x[i];                                           \
    y[i] = (expression);                                     \
  }                                                          \
  break

CK_INLINE REAL K(normal_cdf)(REAL v) { return (REAL)0.5 * (1 + K(erf)(v * (REAL)0.70710678118654752440)); }

CK_INLINE REAL K(gelu_slope)(REAL v) {
  REAL density = (REAL)0.39894228040143267794 * K(exp)((REAL)-0.5 * v * v);
  return K(normal_cdf)(v) + v * density;
}

CK_INLINE REAL K(gelu_tanh_inner)(REAL v) {
  return K(tanh)((REAL)0.79788456080286535588 * (v + (REAL)0.044715 * v * v * v));
}

CK_INLINE REAL K(gelu_tanh_slope)(REAL v) {
  REAL t = K(gelu_tanh_inner)(v);
  REAL inner_slope = (REAL)0.79788456080286535588 * (1 + (REAL)(3 * 0.044715) * v * v);
  return (REAL)0.5 * (1 + t) + (REAL)0.5 * v * (1 - t * t) * inner_slope;
}

CK_INLINE REAL K(silu_slope)(REAL v) {
  REAL s = K(sigmoid)(v);
  return s * (1 + v * (1 - s));
}

CK_CLONES static void K(activate)(ck_activation activation, REAL slope, ptrdiff_t n, const REAL *x, REAL *y) {
  switch (activation) {
    case CK_IDENTITY: CK_EACH(v);
    case CK_RELU: CK_EACH(v < 0 ? 0 : v);
    case CK_LEAKY_RELU: CK_EACH(v < 0 ? slope * v : v);
    case CK_SIGMOID: CK_EACH(K(sigmoid)(v));
    case CK_TANH: CK_EACH(K(tanh)(v));
    case CK_GELU: CK_EACH(v *K(normal_cdf)(v));
    case CK_GELU_TANH: CK_EACH((REAL)0.5 * v * (1 + K(gelu_tanh_inner)(v)));
    case CK_SILU: CK_EACH(v *K(sigmoid)(v));
  }
}
#undef CK_EACH

// dx (+)= (expression of v) · dy, where v runs over `source`
#define CK_EACH(source, expression)                          \
  CK_IN_PLACE                                                \
  for (ptrdiff_t i = 0; i < n; i++) {                        \
    REAL v = source[i];                                      \
    REAL g = dy[i] * (expression);                           \
    dx[i] = accumulate ? dx[i] + g : g;                      \
  }                                                          \
  break

CK_INLINE void K(activate_backward_body)(
    ck_activation activation, REAL slope, ptrdiff_t n, const REAL *x, const REAL *y, const REAL *dy, REAL *dx,
    bool accumulate) {
  switch (activation) {
    case CK_IDENTITY:
      for (ptrdiff_t i = 0; i < n; i++) dx[i] = accumulate ? dx[i] + dy[i] : dy[i];
      break;
    case CK_RELU: CK_EACH(y, v > 0 ? 1 : 0);
    case CK_LEAKY_RELU: {
      const REAL *sign = x ? x : y;
      CK_EACH(sign, v > 0 ? 1 : slope);
    }
    case CK_SIGMOID: CK_EACH(y, v * (1 - v));
    case CK_TANH: CK_EACH(y, 1 - v * v);
    case CK_GELU: CK_EACH(x, K(gelu_slope)(v));
    case CK_GELU_TANH: CK_EACH(x, K(gelu_tanh_slope)(v));
    case CK_SILU: CK_EACH(x, K(silu_slope)(v));
  }
}
#undef CK_EACH

CK_CLONES static void K(activate_backward)(
    ck_activation activation, REAL slope, ptrdiff_t n, const REAL *x, const REAL *y, const REAL *dy, REAL *dx) {
  K(activate_backward_body)(activation, slope, n, x, y, dy, dx, false);
}

CK_CLONES static void K(activate_backward_adding)(
    ck_activation activation, REAL slope, ptrdiff_t n, const REAL *x, const REAL *y, const REAL *dy, REAL *dx) {
  K(activate_backward_body)(activation, slope, n, x, y, dy, dx, true);
}
