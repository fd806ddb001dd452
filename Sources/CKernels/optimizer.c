#define CK_TEMPLATE "optimizer_template.h"
#include "instantiate.h"

void ck_sgd_update(
    ck_type type, ptrdiff_t count, ck_sgd sgd, const void *gradients, void *velocities, void *weights) {
  double rate = sgd.learning_rate, scale = sgd.gradient_scale, coupling = sgd.coupling;
  if (!velocities) {
    CK_CALL(type, sgd_plain, count, rate, scale, coupling, gradients, weights);
  } else if (sgd.nesterov) {
    CK_CALL(type, sgd_nesterov, count, rate, scale, coupling, sgd.momentum, gradients, velocities, weights);
  } else {
    CK_CALL(type, sgd_momentum, count, rate, scale, coupling, sgd.momentum, gradients, velocities, weights);
  }
}

void ck_adam_update(
    ck_type type, ptrdiff_t count, ck_adam adam, const void *gradients, void *first_moments, void *second_moments,
    void *weights) {
  CK_CALL(
      type, adam, count, adam.step_size, adam.gradient_scale, adam.coupling, adam.decay, 1 - adam.beta1, adam.beta2,
      1 - adam.beta2, adam.epsilon, 1 / adam.root_correction, gradients, first_moments, second_moments, weights);
}

void ck_clip_gradients(
    ck_type type, ptrdiff_t count, double gradient_scale, double coupling, double limit, const void *weights,
    const void *gradients, void *clipped) {
  CK_CALL(type, clip_gradients, count, gradient_scale, coupling, limit, weights, gradients, clipped);
}
