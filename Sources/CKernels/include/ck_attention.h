// The steps of attention between its matrix products, on a block of query rows against the keys they may see.
//
// A causal row sees the keys up to its own position: `first` is the first row's position. It is negative if every row sees every
// key.
#ifndef CK_ATTENTION_H
#define CK_ATTENTION_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// scores [rows, keys] become each row's softmax over the keys it sees, zero elsewhere; log_sums[r] = log Σ exp(score).
void ck_attention_softmax(
    ck_type type, ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, void *scores, void *log_sums);

/// scores [rows, keys] become probabilities again, exp(score − log_sums[r]); dprobabilities become the scores' gradients:
/// factor · probability · (dprobability − delta[r]). Both are zero at keys that a row does not see.
void ck_attention_softmax_backward(
    ck_type type, ptrdiff_t rows, ptrdiff_t keys, ptrdiff_t first, double factor, const void *log_sums,
    const void *delta, void *scores, void *dprobabilities);

/// dots[r] = Σ over c of a[r, c]·b[r, c], for rows that start `stride` elements apart.
void ck_row_dots(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const void *a, const void *b, void *dots);

/// Rotary positions (Su et al., 2021) in the form that pairs element i of a head with i + size/2: for all `rows` =
/// samples × time and all `heads`, (a, b) becomes (a·cos − b·sin, b·cos + a·sin), by the tables [positions, size/2]
/// from row `position` on; with `inverse` backwards. In place; rows start `stride` elements apart.
void ck_rotary(
    ck_type type, ptrdiff_t samples, ptrdiff_t time, ptrdiff_t heads, ptrdiff_t size, ptrdiff_t stride,
    ptrdiff_t position, const void *cosines, const void *sines, bool inverse, void *x);

/// x[s, t, :] += rows[t, :], for `samples` samples of `count` = time · width elements; x and y may be the same buffer.
void ck_add_to_samples(
    ck_type type, ptrdiff_t samples, ptrdiff_t count, const void *x, const void *rows, void *y);
/// drows = Σ over samples of dy[s].
void ck_sum_of_samples(
    ck_type type, ptrdiff_t samples, ptrdiff_t count, const void *dy, void *drows, bool accumulate);

/// y = silu(gate) · x, for the gated MLP (Shazeer, 2020).
void ck_swiglu_forward(ck_type type, ptrdiff_t count, const void *gate, const void *x, void *y);
/// dgate = dy · x · silu'(gate), dx = dy · silu(gate).
void ck_swiglu_backward(
    ck_type type, ptrdiff_t count, const void *gate, const void *x, const void *dy, void *dgate, void *dx);

#pragma clang assume_nonnull end
#endif
