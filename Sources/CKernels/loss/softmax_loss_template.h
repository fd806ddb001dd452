// Losses of the true class's probability; see ck_softmax_loss.h.
#include "loss_rows_template.h"

static ck_loss K(softmax_loss)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *logits, const int32_t *labels, loss_of_class of_class,
    loss_settings settings, const REAL *class_weights, REAL *gradient) {
  ck_loss result = {.invalid_row = -1};
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *row = logits + r * columns;
    REAL *out = gradient ? gradient + r * columns : NULL;
    int32_t label = labels[r];
    if (K(is_left_out)(r, columns, label, out, &result)) continue;
    double weight = class_weights ? class_weights[label] : 1;
    REAL largest = K(row_max)(columns, row), target = row[label];
    bool correct = target == largest && K(is_argmax)(label, largest, row);
    REAL sum = out ? K(row_exp)(columns, largest, row, out) : K(row_exp_sum)(columns, largest, row);
    class_loss found = of_class((double)target - largest - log(sum), settings);
    // dL/dz = slope · (softmax − one-hot label)
    if (out) {
      K(row_scale)(columns, (REAL)(weight * found.slope / sum), 0, out);
      out[label] -= (REAL)(weight * found.slope);
    }
    result.loss += weight * found.loss;
    result.weight += weight;
    result.correct += correct;
  }
  return result;
}

static ck_loss K(symmetric_cross_entropy_dense)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *logits, const REAL *distributions, double alpha, double beta,
    REAL *gradient) {
  ck_loss result = {.invalid_row = -1};
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *row = logits + r * columns, *share = distributions + r * columns;
    REAL *out = gradient ? gradient + r * columns : NULL;
    double total = 0, sum = 0;
    REAL largest = K(row_max)(columns, row);
    ptrdiff_t likeliest = 0;
    for (ptrdiff_t c = 0; c < columns; c++) {
      total += share[c];
      sum += exp((double)row[c] - largest);
      if (share[c] > share[likeliest]) likeliest = c;
    }
    if (total == 0) {
      for (ptrdiff_t c = 0; out && c < columns; c++) out[c] = 0;
      continue;
    }
    bool correct = K(is_argmax)(likeliest, largest, row);
    double log_sum = log(sum), forward = 0, reverse = 0;
    for (ptrdiff_t c = 0; c < columns; c++) {
      double log_p = (double)row[c] - largest - log_sum;
      if (share[c] > 0) forward -= share[c] * log_p;
      reverse -= exp(log_p) * log_of_target(share[c]);
    }
    // The derivative of Σ −p · a with respect to a logit is −p · (a + Σ −p · a).
    for (ptrdiff_t c = 0; out && c < columns; c++) {
      double p = exp((double)row[c] - largest - log_sum);
      out[c] = (REAL)(alpha * (p - share[c]) - beta * p * (log_of_target(share[c]) + reverse));
    }
    result.loss += alpha * forward + beta * reverse;
    result.weight += 1;
    result.correct += correct;
  }
  return result;
}
