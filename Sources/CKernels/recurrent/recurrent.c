#define CK_TEMPLATE "../recurrent/recurrent_template.h"
#include "../common/instantiate.h"

void ck_recurrent_forward(
    ck_type type, const ck_step *step, const void *input_bias, const void *hidden_bias, void *gates,
    const void *product, const void *previous, const void *previous_cell, void *state, void *cell, void *candidate) {
  switch (step->cell) {
    case CK_RNN_TANH:
    case CK_RNN_RELU: CK_CALL(type, rnn_forward, step, input_bias, hidden_bias, gates, product, state); break;
    case CK_LSTM:
      CK_CALL(type, lstm_forward, step, input_bias, hidden_bias, gates, product, previous_cell, state, cell);
      break;
    case CK_GRU:
      CK_CALL(type, gru_forward, step, input_bias, hidden_bias, gates, product, previous, state, candidate);
      break;
  }
}

void ck_recurrent_backward(
    ck_type type, const ck_step *step, const void *dstate, void *gates, const void *previous,
    const void *previous_cell, const void *state, const void *cell, const void *candidate, void *carried,
    void *carried_cell, void *dproduct) {
  switch (step->cell) {
    case CK_RNN_TANH:
    case CK_RNN_RELU: CK_CALL(type, rnn_backward, step, dstate, gates, state, carried, dproduct); break;
    case CK_LSTM:
      CK_CALL(type, lstm_backward, step, dstate, gates, previous_cell, cell, carried, carried_cell, dproduct);
      break;
    case CK_GRU:
      CK_CALL(type, gru_backward, step, dstate, gates, previous, candidate, carried, dproduct);
      break;
  }
}
