// Activations, alone and fused with a bias.
#ifndef CK_ACTIVATION_H
#define CK_ACTIVATION_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

typedef enum {
  CK_IDENTITY = 0,
  CK_RELU = 1,
  /// max(x, 0) + slope · min(x, 0)
  CK_LEAKY_RELU = 2,
  CK_SIGMOID = 3,
  CK_TANH = 4,
  /// x·Φ(x) through erf
  CK_GELU = 5,
  /// x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))
  CK_GELU_TANH = 6,
  /// x·sigmoid(x)
  CK_SILU = 7,
} ck_activation;

/// y = f(x); in place. `slope` is for CK_LEAKY_RELU only.
void ck_activation_forward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t count, const void *x, void *y);

/// dx = f'(x) · dy (or += with `accumulate`); in place on dy.
///
/// RELU, LEAKY_RELU (slope ≥ 0), SIGMOID and TANH read y only, and `x` may be null. LEAKY_RELU reads x instead if it is given,
/// which is right for any slope. GELU, GELU_TANH and SILU read x only, and `y` may be null. IDENTITY reads neither.
void ck_activation_backward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t count, const void *_Nullable x,
    const void *_Nullable y, const void *dy, void *dx, bool accumulate);

/// y[r, c] = f(x[r, c] + bias[c]); in place. A null bias is all zeros.
void ck_bias_activation_forward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t rows, ptrdiff_t columns, const void *x,
    const void *_Nullable bias, void *y);

/// Backward of the above (ReLU in one pass over memory): dx[r, c] = f'(…) · dy[r, c], and dbias[c] = Σ over r of dx[r,
/// c] (or += with `accumulate_bias`) unless dbias is null. In place on dy. Only activations that are differentiable
/// from y.
void ck_bias_activation_backward(
    ck_type type, ck_activation activation, double slope, ptrdiff_t rows, ptrdiff_t columns,
    const void *_Nullable y, const void *dy, void *dx, void *_Nullable dbias, bool accumulate_bias);

#pragma clang assume_nonnull end
#endif
