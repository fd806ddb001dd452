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
    REAL root = K(sqrt)(v);
    first[i] = m;
    second[i] = v;
    weights[i] = decay * w - rate * (m / (root * correction + epsilon));
  }
}

CK_CLONES static void K(lion)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL decay, REAL beta1, REAL share1, REAL beta2, REAL share2,
    const REAL *gradients, REAL *averages, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL c = beta1 * averages[i] + share1 * g;
    averages[i] = beta2 * averages[i] + share2 * g;
    // A sign hides NaN and infinity, which must reach the weights, and by them the loss.
    weights[i] = decay * w - ((c > 0 ? rate : c < 0 ? -rate : 0) + 0 * c);
  }
}

CK_CLONES static void K(rmsprop_plain)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL alpha, REAL share, REAL epsilon, const REAL *gradients,
    REAL *squares, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL s = alpha * squares[i] + share * (g * g);
    squares[i] = s;
    weights[i] = w - rate * (g / (K(sqrt)(s) + epsilon));
  }
}

CK_CLONES static void K(rmsprop_momentum)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL alpha, REAL share, REAL epsilon, REAL momentum,
    const REAL *gradients, REAL *squares, REAL *velocities, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL s = alpha * squares[i] + share * (g * g);
    REAL v = momentum * velocities[i] + g / (K(sqrt)(s) + epsilon);
    squares[i] = s;
    velocities[i] = v;
    weights[i] = w - rate * v;
  }
}

// The average of squares minus the square of the average; rounding may make it slightly negative.
CK_INLINE REAL K(centered_root)(REAL s, REAL m) {
  REAL variance = s - m * m;
  return K(sqrt)(variance > 0 ? variance : 0 * variance);
}

CK_CLONES static void K(rmsprop_centered)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL alpha, REAL share, REAL epsilon, const REAL *gradients,
    REAL *squares, REAL *means, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL s = alpha * squares[i] + share * (g * g);
    REAL m = means[i] + share * (g - means[i]);
    squares[i] = s;
    means[i] = m;
    weights[i] = w - rate * (g / (K(centered_root)(s, m) + epsilon));
  }
}

CK_CLONES static void K(rmsprop_centered_momentum)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL alpha, REAL share, REAL epsilon, REAL momentum,
    const REAL *gradients, REAL *squares, REAL *means, REAL *velocities, REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL s = alpha * squares[i] + share * (g * g);
    REAL m = means[i] + share * (g - means[i]);
    REAL v = momentum * velocities[i] + g / (K(centered_root)(s, m) + epsilon);
    squares[i] = s;
    means[i] = m;
    velocities[i] = v;
    weights[i] = w - rate * v;
  }
}

CK_CLONES static void K(adagrad)(
    ptrdiff_t n, REAL rate, REAL scale, REAL coupling, REAL addition, REAL epsilon, const REAL *gradients, REAL *sums,
    REAL *weights) {
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL w = weights[i];
    REAL g = scale * gradients[i] + coupling * w;
    REAL s = (sums[i] + addition) + g * g;
    sums[i] = s;
    weights[i] = w - rate * (g / (K(sqrt)(s) + epsilon));
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
