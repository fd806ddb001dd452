// One time step of a recurrent layer's pointwise part, all gates, cell and state in one pass; the products around it
// are the caller's.
//
// Gates lie beside each other in a row, in PyTorch's order: one for a vanilla RNN, (i, f, g, o) for an LSTM
// (Hochreiter and Schmidhuber, 1997; Gers et al., 2000), (r, z, n) for a GRU (Cho et al., 2014, with the reset gate
// behind the product). With a = W_ih·x and u = W_hh·h', where h', c' are the state before:
//   RNN:  h = f(a + b_ih + u + b_hh), f = tanh or max(·, 0)
//   LSTM: c = σ(f)·c' + σ(i)·tanh(g), h = σ(o)·tanh(c), each gate a + b_ih + u + b_hh
//   GRU:  r, z = σ(a + b_ih + u + b_hh), n = tanh(a_n + b_ih + r·(u_n + b_hh)), h = (1 − z)·n + z·h'
#ifndef CK_RECURRENT_H
#define CK_RECURRENT_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

typedef enum { CK_RNN_TANH = 0, CK_RNN_RELU = 1, CK_LSTM = 2, CK_GRU = 3 } ck_cell;

/// `rows` samples whose rows of the same kind lie `…_stride` elements apart, so that a step can be worked on inside
/// [batch, time, …].
typedef struct {
  ck_cell cell;
  ptrdiff_t rows, hidden;
  /// Of the gates, of the states, of the states of the step before.
  ptrdiff_t gate_stride, state_stride, previous_stride;
} ck_step;

/// - gates [rows, gates · hidden]: a goes in, the gates after their functions come out (but for RNN).
/// - product [rows, gates · hidden], contiguous: u.
/// - candidate: u_n + b_hh comes out, as the states lie; GRU only.
/// - previous, previous_cell: h', c'; the cell LSTM only, previous GRU only.
void ck_recurrent_forward(
    ck_type type, const ck_step *step, const void *input_bias, const void *hidden_bias, void *gates,
    const void *product, const void *_Nullable previous, const void *_Nullable previous_cell, void *state,
    void *_Nullable cell, void *_Nullable candidate);

/// - dstate: the gradient of h from outside, as the states lie; null where there is none.
/// - gates: as they came out of the forward pass; become the gradient of a + b_ih.
/// - carried [rows, hidden], contiguous: the gradient of h from the step behind goes in; out comes what of the gradient
///   of h' does not go through u: for GRU z·dh, else nothing of worth.
/// - carried_cell, contiguous likewise: the gradient of c in, that of c' out; LSTM only.
/// - dproduct [rows, gates · hidden], contiguous: the gradient of u + b_hh, which but for GRU is that of a + b_ih.
void ck_recurrent_backward(
    ck_type type, const ck_step *step, const void *_Nullable dstate, void *gates, const void *_Nullable previous,
    const void *_Nullable previous_cell, const void *state, const void *_Nullable cell,
    const void *_Nullable candidate, void *carried, void *_Nullable carried_cell, void *dproduct);

#pragma clang assume_nonnull end
#endif
