// The pointwise part of one time step of a recurrent layer: all gates, cell and state in one pass. The caller computes the
// matrix products around it.
//
// A row has the gates one after the other in PyTorch's order: one for a vanilla RNN, (i, f, g, o) for an LSTM (Hochreiter and
// Schmidhuber, 1997; Gers et al., 2000), (r, z, n) for a GRU (Cho et al., 2014, with the reset gate after the matrix product).
// With a = W_ih·x and u = W_hh·h', where h', c' are the previous state:
//   RNN:  h = f(a + b_ih + u + b_hh), f = tanh or max(·, 0)
//   LSTM: c = σ(f)·c' + σ(i)·tanh(g), h = σ(o)·tanh(c), each gate a + b_ih + u + b_hh
//   GRU:  r, z = σ(a + b_ih + u + b_hh), n = tanh(a_n + b_ih + r·(u_n + b_hh)), h = (1 − z)·n + z·h'
#ifndef CK_RECURRENT_H
#define CK_RECURRENT_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

typedef enum { CK_RNN_TANH = 0, CK_RNN_RELU = 1, CK_LSTM = 2, CK_GRU = 3 } ck_cell;

/// `rows` samples whose rows of the same kind are `…_stride` elements apart, so that a step can be computed inside
/// [batch, time, …].
typedef struct {
  ck_cell cell;
  ptrdiff_t rows, hidden;
  /// Strides of the gates, of the states, and of the previous step's states.
  ptrdiff_t gate_stride, state_stride, previous_stride;
} ck_step;

/// - gates [rows, gates · hidden]: input a; output the gates after their activations (not for RNN).
/// - product [rows, gates · hidden], contiguous: u.
/// - candidate: output u_n + b_hh, with the strides of the states; GRU only.
/// - previous, previous_cell: h', c'; the cell LSTM only, previous GRU only.
void ck_recurrent_forward(
    ck_type type, const ck_step *step, const void *input_bias, const void *hidden_bias, void *gates,
    const void *product, const void *_Nullable previous, const void *_Nullable previous_cell, void *state,
    void *_Nullable cell, void *_Nullable candidate);

/// - dstate: the gradient of h from outside, with the strides of the states; null if there is none.
/// - gates: input the forward pass's output; output the gradient of a + b_ih.
/// - carried [rows, hidden], contiguous: input the gradient of h from the next step; output the part of the gradient of h' that
///   does not go through u: z·dh for GRU, else undefined.
/// - carried_cell, contiguous: input the gradient of c, output that of c'; LSTM only.
/// - dproduct [rows, gates · hidden], contiguous: the gradient of u + b_hh, equal to that of a + b_ih except for GRU.
void ck_recurrent_backward(
    ck_type type, const ck_step *step, const void *_Nullable dstate, void *gates, const void *_Nullable previous,
    const void *_Nullable previous_cell, const void *state, const void *_Nullable cell,
    const void *_Nullable candidate, void *carried, void *_Nullable carried_cell, void *dproduct);

#pragma clang assume_nonnull end
#endif
