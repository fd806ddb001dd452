// Layer normalisation; see ck_layer_norm.h.

CK_CLONES static REAL K(row_sum)(ptrdiff_t n, const REAL *x) {
  CK_REASSOCIATE
  REAL sum = 0;
  for (ptrdiff_t c = 0; c < n; c++) sum += x[c];
  return sum;
}

CK_CLONES static REAL K(row_squared_deviation)(ptrdiff_t n, const REAL *x, REAL mean) {
  CK_REASSOCIATE
  REAL sum = 0;
  for (ptrdiff_t c = 0; c < n; c++) {
    REAL d = x[c] - mean;
    sum += d * d;
  }
  return sum;
}

CK_CLONES static void K(row_normalize)(
    ptrdiff_t n, const REAL *x, REAL mean, REAL inverse, const REAL *gamma, const REAL *beta, REAL *y) {
  if (beta) {
    for (ptrdiff_t c = 0; c < n; c++) y[c] = (x[c] - mean) * inverse * gamma[c] + beta[c];
  } else {
    for (ptrdiff_t c = 0; c < n; c++) y[c] = (x[c] - mean) * inverse * gamma[c];
  }
}

// The variance about the row's own mean: a second pass over what is in the first-level cache, and no cancellation.
static void K(layer_norm_forward)(
    ptrdiff_t rows, ptrdiff_t columns, double epsilon, const REAL *x, const REAL *gamma, const REAL *beta, REAL *y,
    REAL *mean, REAL *inverse_deviation) {
  for (ptrdiff_t r = 0; r < rows && columns > 0; r++) {
    const REAL *row = x + r * columns;
    REAL center = K(row_sum)(columns, row) / columns;
    REAL inverse = (REAL)(1 / sqrt_f64((double)K(row_squared_deviation)(columns, row, center) / columns + epsilon));
    mean[r] = center;
    inverse_deviation[r] = inverse;
    K(row_normalize)(columns, row, center, inverse, gamma, beta, y + r * columns);
  }
}

// Σ dy·gamma and Σ dy·gamma·(x − mean)
CK_CLONES static void K(row_gradient_sums)(
    ptrdiff_t n, const REAL *x, REAL mean, const REAL *gamma, const REAL *dy, REAL *total, REAL *product) {
  CK_REASSOCIATE
  REAL sum = 0, dot = 0;
  for (ptrdiff_t c = 0; c < n; c++) {
    REAL g = dy[c] * gamma[c];
    sum += g;
    dot += g * (x[c] - mean);
  }
  *total = sum;
  *product = dot;
}

CK_CLONES static void K(row_input_gradient)(
    ptrdiff_t n, const REAL *x, REAL mean, REAL inverse, REAL slope, REAL constant, const REAL *gamma, const REAL *dy,
    REAL *dx, bool accumulate) {
  if (accumulate) {
    for (ptrdiff_t c = 0; c < n; c++) dx[c] += inverse * (dy[c] * gamma[c]) + (slope * (x[c] - mean) + constant);
  } else {
    for (ptrdiff_t c = 0; c < n; c++) dx[c] = inverse * (dy[c] * gamma[c]) + (slope * (x[c] - mean) + constant);
  }
}

static void K(layer_norm_backward_input)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *x, const REAL *mean, const REAL *inverse_deviation,
    const REAL *gamma, const REAL *dy, REAL *dx, bool accumulate) {
  for (ptrdiff_t r = 0; r < rows && columns > 0; r++) {
    const REAL *row = x + r * columns, *gradient = dy + r * columns;
    REAL inverse = inverse_deviation[r], sum, dot;
    K(row_gradient_sums)(columns, row, mean[r], gamma, gradient, &sum, &dot);
    REAL slope = -inverse * inverse * inverse * dot / columns;
    K(row_input_gradient)(
        columns, row, mean[r], inverse, slope, -inverse * sum / columns, gamma, gradient, dx + r * columns, accumulate);
  }
}

// Adds the sums over a block of rows of dy·(x − mean)·inverse, and of dy.
CK_CLONES static void K(parameter_gradient_sums)(
    ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *mean, const REAL *inverse_deviation,
    const REAL *dy, double *products, double *totals) {
  REAL product[CK_PANEL] = {0}, total[CK_PANEL] = {0};
  for (ptrdiff_t r = 0; r < rows; r++) {
    REAL center = mean[r], inverse = inverse_deviation[r];
    for (ptrdiff_t c = 0; c < width; c++) {
      REAL g = dy[r * stride + c];
      product[c] += g * ((x[r * stride + c] - center) * inverse);
      total[c] += g;
    }
  }
  for (ptrdiff_t c = 0; c < width; c++) {
    products[c] += product[c];
    totals[c] += total[c];
  }
}

static void K(layer_norm_backward_parameters)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *x, const REAL *mean, const REAL *inverse_deviation, const REAL *dy,
    REAL *dgamma, REAL *dbeta, bool accumulate_gamma, bool accumulate_beta) {
  for (ptrdiff_t first = 0; first < columns; first += CK_PANEL) {
    ptrdiff_t width = columns - first < CK_PANEL ? columns - first : CK_PANEL;
    double products[CK_PANEL] = {0}, totals[CK_PANEL] = {0};
    for (ptrdiff_t row = 0; row < rows; row += CK_ROW_BLOCK) {
      ptrdiff_t count = rows - row < CK_ROW_BLOCK ? rows - row : CK_ROW_BLOCK;
      ptrdiff_t offset = row * columns + first;
      K(parameter_gradient_sums)(
          count, width, columns, x + offset, mean + row, inverse_deviation + row, dy + offset, products, totals);
    }
    for (ptrdiff_t c = 0; c < width; c++) {
      REAL *gamma = dgamma + first + c;
      *gamma = (REAL)(accumulate_gamma ? *gamma + products[c] : products[c]);
      if (dbeta) dbeta[first + c] = (REAL)(accumulate_beta ? dbeta[first + c] + totals[c] : totals[c]);
    }
  }
}
