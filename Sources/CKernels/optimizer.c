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
