#include <math.h>

#include "../common/kernels.h"

/// Loss of a row in which the true class has probability p.
typedef struct {
  double loss;
  /// −p · dL/dp
  double slope;
} class_loss;

typedef struct {
  double first, second;
} loss_settings;

typedef class_loss (*loss_of_class)(double log_p, loss_settings settings);

/// log 0 in the reverse cross-entropy.
static const double log_zero = -4;

// log q of the reverse cross-entropy.
static double log_of_target(double q) {
  double log_q = q > 0 ? log(q) : log_zero;
  return log_q > log_zero ? log_q : log_zero;
}

#define CK_TEMPLATE "../loss/softmax_loss_template.h"
#include "../common/instantiate.h"

// −(1 − p)^γ · log p
static class_loss focal(double log_p, loss_settings settings) {
  double gamma = settings.first, p = exp(log_p), rest = -expm1(log_p);
  double factor = pow(rest, gamma);
  // log p / (1 − p) tends to −1 as p tends to 1.
  double ratio = rest > 0 ? log_p / rest : -1;
  return (class_loss){.loss = factor * -log_p, .slope = factor * (1 - gamma * p * ratio)};
}

// −α · log p − β · A · (1 − p)
static class_loss symmetric(double log_p, loss_settings settings) {
  double alpha = settings.first, beta = settings.second;
  return (class_loss){
      .loss = -alpha * log_p + beta * log_zero * expm1(log_p), .slope = alpha - beta * log_zero * exp(log_p)};
}

ck_loss ck_focal_loss(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const int32_t *labels, double gamma,
    const void *class_weights, void *gradient) {
  loss_settings settings = {.first = gamma};
  return CK_CALL(type, softmax_loss, rows, columns, logits, labels, focal, settings, class_weights, gradient);
}

ck_loss ck_symmetric_cross_entropy(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const int32_t *labels, double alpha,
    double beta, void *gradient) {
  loss_settings settings = {.first = alpha, .second = beta};
  return CK_CALL(type, softmax_loss, rows, columns, logits, labels, symmetric, settings, NULL, gradient);
}

ck_loss ck_symmetric_cross_entropy_dense(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const void *distributions, double alpha,
    double beta, void *gradient) {
  return CK_CALL(type, symmetric_cross_entropy_dense, rows, columns, logits, distributions, alpha, beta, gradient);
}
