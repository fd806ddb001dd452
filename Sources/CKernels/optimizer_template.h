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

CK_CLONES static void K(adam)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL decay, REAL share1, REAL beta2, REAL share2, REAL epsilon,
    REAL correction, const REAL *gradients, REAL *first, REAL *second, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL m = first[i] + share1 * (g - first[i]);
    REAL v = beta2 * second[i] + share2 * (g * g);
    REAL root = sizeof(REAL) == sizeof(double) ? (REAL)sqrt((double)v) : (REAL)sqrtf((float)v);
    first[i] = m;
    second[i] = v;
    weights[i] = decay * w - rate * (m / (root * correction + epsilon));
  }
}

CK_CLONES static void K(clip_gradients)(
    ptrdiff_t n, REAL scale, REAL coupling, REAL limit, const REAL *weights, const REAL *gradients, REAL *clipped) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL g = scale * gradients[i] + coupling * weights[i];
    g = g > limit ? limit : g;
    clipped[i] = g < -limit ? -limit : g;
  }
}
