// Optimiser updates, one pass over a contiguous run of parameters.
#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

typedef struct {
  double learning_rate;
  /// What the summed gradients are multiplied by: 1/number of samples, and the clipping factor.
  double gradient_scale;
  /// Added to the gradient as coupling · w: weight decay + 2·λ.
  double coupling;
  double momentum;
  bool nesterov;
} ck_sgd;

/// Stochastic gradient descent (Sutskever et al., 2013, in PyTorch's form): g' = gradient_scale · g + coupling · w,
/// v = momentum · v + g', w −= learning_rate · (nesterov ? g' + momentum · v : v). Velocities start as zeros; null
/// velocities mean no momentum: w −= learning_rate · g'.
void ck_sgd_update(
    ck_type type, ptrdiff_t count, ck_sgd sgd, const void *gradients, void *_Nullable velocities, void *weights);

#pragma clang assume_nonnull end
#endif
