// Optimiser updates; see ck_optimizer.h.

CK_CLONES static void K(sgd_plain)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, const REAL *gradients, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    weights[i] = w - rate * (scale * gradients[i] + coupling * w);
  }
}

CK_CLONES static void K(sgd_momentum)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL momentum, const REAL *gradients, REAL *velocities,
    REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL v = momentum * velocities[i] + (scale * gradients[i] + coupling * w);
    velocities[i] = v;
    weights[i] = w - rate * v;
  }
}

CK_CLONES static void K(sgd_nesterov)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL momentum, const REAL *gradients, REAL *velocities,
    REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL v = momentum * velocities[i] + g;
    velocities[i] = v;
    weights[i] = w - rate * (g + momentum * v);
  }
}
