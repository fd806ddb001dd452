// Softmax and losses; see ck_loss.h.
#include "loss_rows_template.h"

static ptrdiff_t K(row_argmax)(ptrdiff_t n, const REAL *x) {
  ptrdiff_t best = 0;
  for (ptrdiff_t c = 1; c < n; c++) best = x[c] > x[best] ? c : best;
  return best;
}

static void K(softmax)(ptrdiff_t rows, ptrdiff_t columns, const REAL *x, REAL *y) {
  for (ptrdiff_t r = 0; r < rows && columns > 0; r++) {
    const REAL *row = x + r * columns;
    REAL *out = y + r * columns;
    REAL inverse = 1 / K(row_exp)(columns, K(row_max)(columns, row), row, out);
    for (ptrdiff_t c = 0; c < columns; c++) out[c] *= inverse;
  }
}

CK_CLONES static void K(softmax_backward)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *y, const REAL *dy, REAL *dx, bool accumulate) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    CK_REASSOCIATE
    const REAL *p = y + r * columns, *g = dy + r * columns;
    REAL *out = dx + r * columns;
    REAL dot = 0;
    for (ptrdiff_t c = 0; c < columns; c++) dot += p[c] * g[c];
    CK_IN_PLACE
    for (ptrdiff_t c = 0; c < columns; c++) {
      REAL v = p[c] * (g[c] - dot);
      out[c] = accumulate ? out[c] + v : v;
    }
  }
}

static void K(argmax)(ptrdiff_t rows, ptrdiff_t columns, const REAL *x, int32_t *indices) {
  for (ptrdiff_t r = 0; r < rows && columns > 0; r++) indices[r] = (int32_t)K(row_argmax)(columns, x + r * columns);
}

static ck_loss K(softmax_cross_entropy)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *logits, const int32_t *labels, double smoothing,
    const REAL *class_weights, REAL *gradient, double *row_losses) {
  ck_loss result = {.invalid_row = -1};
  double others = columns > 1 ? smoothing / (columns - 1) : 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *row = logits + r * columns;
    REAL *out = gradient ? gradient + r * columns : NULL;
    int32_t label = labels[r];
    if (K(is_left_out)(r, columns, label, out, &result)) {
      if (row_losses) row_losses[r] = 0;
      continue;
    }
    double weight = class_weights ? class_weights[label] : 1;
    REAL largest = K(row_max)(columns, row), target = row[label];
    // With smoothing every logit takes part: Σ q·(log Σ exp − x) = log Σ exp − Σ q·x.
    double target_mean = target;
    if (others > 0) {
      double sum = 0;
      for (ptrdiff_t c = 0; c < columns; c++) sum += row[c];
      target_mean = (1 - smoothing - others) * target + others * sum;
    }
    REAL sum = out ? K(row_exp)(columns, largest, row, out) : K(row_exp_sum)(columns, largest, row);
    double loss = weight * (log(sum) + (largest - target_mean));
    if (out) {
      K(row_scale)(columns, (REAL)(weight / sum), (REAL)(weight * others), out);
      out[label] -= (REAL)(weight * (1 - smoothing - others));
    }
    if (row_losses) row_losses[r] = loss;
    result.loss += loss;
    result.weight += weight;
    result.correct += row[label] == largest && K(is_argmax)(label, largest, row);
  }
  return result;
}

static ck_loss K(softmax_cross_entropy_dense)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *logits, const REAL *distributions, double smoothing,
    const REAL *class_weights, REAL *gradient, double *row_losses) {
  ck_loss result = {.invalid_row = -1};
  double others = columns > 1 ? smoothing / (columns - 1) : 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *row = logits + r * columns, *share = distributions + r * columns;
    REAL *out = gradient ? gradient + r * columns : NULL;
    double total = 0, weight = 0, target_mean = 0, sum_of_logits = 0;
    for (ptrdiff_t c = 0; c < columns; c++) {
      double weighted = class_weights ? (double)class_weights[c] * share[c] : share[c];
      total += share[c];
      weight += weighted;
      target_mean += weighted * row[c];
      sum_of_logits += row[c];
    }
    if (total == 0) {
      for (ptrdiff_t c = 0; out && c < columns; c++) out[c] = 0;
      if (row_losses) row_losses[r] = 0;
      continue;
    }
    // A distribution adds up to one, but for rounding.
    if (!class_weights) weight = 1;
    if (class_weights) target_mean = weight > 0 ? target_mean / weight : 0;
    if (others > 0) target_mean = (1 - smoothing - others) * target_mean + others * sum_of_logits;
    REAL largest = K(row_max)(columns, row);
    ptrdiff_t likeliest = K(row_argmax)(columns, share);
    bool correct = K(is_argmax)(likeliest, largest, row);
    REAL sum = out ? K(row_exp)(columns, largest, row, out) : K(row_exp_sum)(columns, largest, row);
    double loss = weight * (log(sum) + (largest - target_mean));
    if (out) {
      K(row_scale)(columns, (REAL)(weight / sum), (REAL)(weight * others), out);
      for (ptrdiff_t c = 0; c < columns; c++) {
        double weighted = class_weights ? (double)class_weights[c] * share[c] : share[c];
        out[c] -= (REAL)(weighted * (1 - smoothing - others));
      }
    }
    if (row_losses) row_losses[r] = loss;
    result.loss += loss;
    result.weight += weight;
    result.correct += correct;
  }
  return result;
}

static double K(binary_cross_entropy)(ptrdiff_t n, const REAL *logits, const REAL *targets, REAL *gradient) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double z = logits[i], t = targets[i];
    double e = exp(-fabs(z));
    sum += (z > 0 ? z : 0) - z * t + log1p(e);
    if (gradient) gradient[i] = (REAL)((z < 0 ? e : 1) / (1 + e) - t);
  }
  return sum;
}

CK_CLONES static double K(squared_error)(ptrdiff_t n, const REAL *x, const REAL *targets, REAL *gradient) {
  CK_REASSOCIATE
  double sum = 0;
  for (ptrdiff_t i = 0; i < n; i++) {
    double d = (double)x[i] - targets[i];
    sum += d * d;
  }
  if (!gradient) return sum;
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) gradient[i] = (REAL)(2 * ((double)x[i] - targets[i]));
  return sum;
}

static void K(one_hot)(ptrdiff_t rows, ptrdiff_t columns, const int32_t *labels, REAL *targets) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t c = 0; c < columns; c++) targets[r * columns + c] = c == labels[r];
  }
}
