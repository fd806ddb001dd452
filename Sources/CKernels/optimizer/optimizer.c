#define CK_TEMPLATE "../optimizer/optimizer_template.h"
#include "../common/instantiate.h"

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

void ck_rmsprop_update(
    ck_type type, ptrdiff_t count, ck_rmsprop rmsprop, const void *gradients, void *squares, void *means,
    void *velocities, void *weights) {
  double rate = rmsprop.learning_rate, scale = rmsprop.gradient_scale, coupling = rmsprop.coupling;
  double alpha = rmsprop.alpha, epsilon = rmsprop.epsilon, momentum = rmsprop.momentum;
  if (means && velocities) {
    CK_CALL(
        type, rmsprop_centered_momentum, count, rate, scale, coupling, alpha, 1 - alpha, epsilon, momentum, gradients,
        squares, means, velocities, weights);
  } else if (means) {
    CK_CALL(
        type, rmsprop_centered, count, rate, scale, coupling, alpha, 1 - alpha, epsilon, gradients, squares, means,
        weights);
  } else if (velocities) {
    CK_CALL(
        type, rmsprop_momentum, count, rate, scale, coupling, alpha, 1 - alpha, epsilon, momentum, gradients, squares,
        velocities, weights);
  } else {
    CK_CALL(
        type, rmsprop_plain, count, rate, scale, coupling, alpha, 1 - alpha, epsilon, gradients, squares, weights);
  }
}

void ck_adagrad_update(
    ck_type type, ptrdiff_t count, ck_adagrad adagrad, const void *gradients, void *sums, void *weights) {
  CK_CALL(
      type, adagrad, count, adagrad.learning_rate, adagrad.gradient_scale, adagrad.coupling, adagrad.addition,
      adagrad.epsilon, gradients, sums, weights);
}

void ck_lion_update(
    ck_type type, ptrdiff_t count, ck_lion lion, const void *gradients, void *averages, void *weights) {
  CK_CALL(
      type, lion, count, lion.learning_rate, lion.gradient_scale, lion.coupling, lion.decay, lion.beta1, 1 - lion.beta1,
      lion.beta2, 1 - lion.beta2, gradients, averages, weights);
}

void ck_clip_gradients(
    ck_type type, ptrdiff_t count, double gradient_scale, double coupling, double limit, const void *weights,
    const void *gradients, void *clipped) {
  CK_CALL(type, clip_gradients, count, gradient_scale, coupling, limit, weights, gradients, clipped);
}
