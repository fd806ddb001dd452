// Losses of p, the probability that softmax(logits) gives a row's true class: sums over the batch, never averages. Rows
// with a negative label are left out.
#ifndef CK_SOFTMAX_LOSS_H
#define CK_SOFTMAX_LOSS_H

#include "ck_loss.h"

#pragma clang assume_nonnull begin

/// Focal loss (Lin et al., 2017, equation 5, with a softmax): −weight · (1 − p)^γ · log p, where a row weighs
/// class_weights[label] (null: 1). gradient (unless null) = weight · c · (softmax − one-hot label) with
/// c = (1 − p)^γ − γ · p · (1 − p)^(γ − 1) · log p.
ck_loss ck_focal_loss(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const int32_t *labels, double gamma,
    const void *_Nullable class_weights, void *_Nullable gradient);

/// Symmetric cross-entropy (Wang et al., 2019, equation 7): α · CE + β · RCE, where RCE = −Σ softmax · log(one-hot label) takes −4
/// for log 0: −α · log p + 4β · (1 − p). gradient (unless null) = (α + 4β · p) · (softmax − one-hot label).
ck_loss ck_symmetric_cross_entropy(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const int32_t *labels, double alpha,
    double beta, void *_Nullable gradient);

/// The same against distributions q [rows, columns], each row of which adds up to one: α · Σ −q · log p + β · Σ −p · max(log q, −4).
/// Rows of zeros are left out.
ck_loss ck_symmetric_cross_entropy_dense(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *logits, const void *distributions, double alpha,
    double beta, void *_Nullable gradient);

#pragma clang assume_nonnull end
#endif
