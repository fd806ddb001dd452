// Optimiser updates in one pass over a contiguous range of parameters.
#ifndef CK_OPTIMIZER_H
#define CK_OPTIMIZER_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

typedef struct {
  double learning_rate;
  /// Factor of the summed gradients: 1/number of samples, and the clipping factor.
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

typedef struct {
  /// The learning rate over 1 − β₁ᵗ.
  double step_size;
  double gradient_scale;
  /// Added to the gradient as coupling · w.
  double coupling;
  /// First factor of the weights: 1 − learning rate · weight decay if it is decoupled, else 1.
  double decay;
  double beta1, beta2, epsilon;
  /// √(1 − β₂ᵗ).
  double root_correction;
} ck_adam;

/// Adam (Kingma and Ba, 2015, algorithm 1, in PyTorch's form) with decoupled weight decay (Loshchilov and Hutter, 2019):
/// g' = gradient_scale · g + coupling · w, m += (1 − β₁) · (g' − m), v = β₂ · v + (1 − β₂) · g'²,
/// w = decay · w − step_size · m / (√v / root_correction + ε). Both moments start as zeros.
void ck_adam_update(
    ck_type type, ptrdiff_t count, ck_adam adam, const void *gradients, void *first_moments, void *second_moments,
    void *weights);

typedef struct {
  double learning_rate;
  double gradient_scale;
  /// Added to the gradient as coupling · w.
  double coupling;
  /// Factor of the old averages.
  double alpha;
  double epsilon;
  double momentum;
} ck_rmsprop;

/// RMSprop (Tieleman and Hinton, 2012, in PyTorch's form): g' = gradient_scale · g + coupling · w, s = α · s + (1 − α) · g'²,
/// u = g' / (√s + ε), w −= learning_rate · u. With means (Graves, 2013, equations 38 to 41, but for ε) m += (1 − α) · (g' − m),
/// and √(s − m²) stands for √s, zero where rounding makes s − m² negative. With velocities v = momentum · v + u, and v stands
/// for u. All start as zeros.
void ck_rmsprop_update(
    ck_type type, ptrdiff_t count, ck_rmsprop rmsprop, const void *gradients, void *squares, void *_Nullable means,
    void *_Nullable velocities, void *weights);

typedef struct {
  double learning_rate;
  double gradient_scale;
  /// Added to the gradient as coupling · w.
  double coupling;
  /// Added to the sums before the gradient's square.
  double addition;
  double epsilon;
} ck_adagrad;

/// Adagrad (Duchi et al., 2011, in PyTorch's form): g' = gradient_scale · g + coupling · w, s += addition + g'²,
/// w −= learning_rate · g' / (√s + ε).
void ck_adagrad_update(
    ck_type type, ptrdiff_t count, ck_adagrad adagrad, const void *gradients, void *sums, void *weights);

typedef struct {
  double learning_rate;
  double gradient_scale;
  /// Added to the gradient as coupling · w.
  double coupling;
  /// First factor of the weights: 1 − learning rate · weight decay.
  double decay;
  double beta1, beta2;
} ck_lion;

/// Lion (Chen et al., 2023, algorithm 2): g' = gradient_scale · g + coupling · w, w = decay · w − learning_rate ·
/// sign(β₁ · m + (1 − β₁) · g'), m = β₂ · m + (1 − β₂) · g'. The averages m start as zeros; sign(0) is 0, and
/// what is not finite makes the weight NaN.
void ck_lion_update(
    ck_type type, ptrdiff_t count, ck_lion lion, const void *gradients, void *averages, void *weights);

/// clipped = gradient_scale · gradients + coupling · weights, held within [−limit, limit]. NaN stays NaN.
void ck_clip_gradients(
    ck_type type, ptrdiff_t count, double gradient_scale, double coupling, double limit, const void *weights,
    const void *gradients, void *clipped);

#pragma clang assume_nonnull end
#endif
