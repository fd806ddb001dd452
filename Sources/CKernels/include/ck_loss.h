// Softmax and losses over rows [rows, columns]: sums over the batch, never averages.
#ifndef CK_LOSS_H
#define CK_LOSS_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// In place.
void ck_softmax(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *y);
/// dx = y · (dy − Σ dy·y); in place on dy.
void ck_softmax_backward(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *y, const void *dy, void *dx, bool accumulate);

/// Column of the largest element of each row, the first of equals.
void ck_argmax(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, int32_t *indices);

/// Value of a loss over a batch.
typedef struct {
  /// Σ over rows of weight · loss
  double loss;
  /// Σ over rows of weight: what the mean divides by
  double weight;
  /// Rows whose largest logit is at the (most probable) target
  ptrdiff_t correct;
  /// First row whose label is `columns` or more, or −1; such rows are left out
  ptrdiff_t invalid_row;
} ck_loss;

/// Cross-entropy of softmax(logits) against labels. The target is 1 − smoothing on the label and smoothing/(columns −
/// 1) on every other class; a row weighs class_weights[label] (null: 1). Rows with a negative label are left out.
/// gradient (unless null; in place on the logits) = weight · (softmax − target), of the sum and not of the mean.
/// row_losses (unless null) gets weight · loss of each row.
ck_loss ck_softmax_cross_entropy(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const int32_t *labels, double smoothing,
    const void *_Nullable class_weights, void *_Nullable gradient, double *_Nullable row_losses);

/// The expectation of the same over labels drawn from distributions [rows, columns], each row of which adds up to one: the target is
/// (1 − smoothing − o) · distribution + o with o = smoothing/(columns − 1); with class weights a row weighs Σ class_weights ·
/// distribution, and its terms likewise. Rows of zeros are left out. A distribution that is one label gives what that label gives,
/// without class weights bit for bit.
ck_loss ck_softmax_cross_entropy_dense(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const void *distributions, double smoothing,
    const void *_Nullable class_weights, void *_Nullable gradient, double *_Nullable row_losses);

/// Σ of the binary cross-entropies of sigmoid(logits) against targets in [0, 1]:
/// max(z, 0) − z·t + log(1 + exp(−|z|)). gradient (unless null; in place) = sigmoid(z) − t.
double ck_binary_cross_entropy(
    ck_type type, ptrdiff_t count, const void *logits, const void *targets, void *_Nullable gradient);

/// Σ (x − t)²; gradient (unless null; in place) = 2 · (x − t).
double ck_squared_error(
    ck_type type, ptrdiff_t count, const void *x, const void *targets, void *_Nullable gradient);

/// targets[r, c] = 1 where c = labels[r], else 0; rows with a label outside 0..<columns are zeros.
void ck_one_hot(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const int32_t *labels, void *targets);

#pragma clang assume_nonnull end
#endif
