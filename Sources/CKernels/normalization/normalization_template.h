// Batch normalisation; see ck_normalization.h. Sums are taken as in columns_template.h.

// Adds the sums over the block of x − center, and of its square.
CK_CLONES static void K(block_moments)(
    block b, ptrdiff_t stride, const REAL *x, const REAL *center, double *totals, double *squares) {
  REAL sum[CK_PANEL] = {0}, square[CK_PANEL] = {0};
  for (ptrdiff_t r = 0; r < b.rows; r++) {
    for (ptrdiff_t c = 0; c < b.width; c++) {
      REAL d = x[r * stride + c] - center[c];
      sum[c] += d;
      square[c] += d * d;
    }
  }
  for (ptrdiff_t c = 0; c < b.width; c++) {
    totals[c] += sum[c];
    squares[c] += square[c];
  }
}

// One pass over differences from the first row: shifted data keep the difference of squares accurate (Chan, Golub and LeVeque,
// 1983).
static void K(batch_norm_statistics)(ptrdiff_t rows, ptrdiff_t channels, const REAL *x, REAL *mean, REAL *variance) {
  for (ptrdiff_t first = 0; first < channels; first += CK_PANEL) {
    panel p = panel_at(rows, channels, first);
    double totals[CK_PANEL] = {0}, squares[CK_PANEL] = {0};
    REAL center[CK_PANEL];
    for (ptrdiff_t c = 0; c < p.width; c++) center[c] = rows ? x[first + c % p.columns] : 0;
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block b = panel_block(p, i);
      K(block_moments)(b, p.stride, x + b.offset, center, totals, squares);
    }
    panel_reduce(p, totals);
    panel_reduce(p, squares);
    for (ptrdiff_t c = 0; c < p.columns; c++) {
      double shift = rows ? totals[c] / rows : 0;
      double square = rows ? squares[c] / rows - shift * shift : 0;
      mean[first + c] = (REAL)(center[c] + shift);
      variance[first + c] = (REAL)(square > 0 ? square : 0);
    }
  }
}

static void K(inverse_deviation)(ptrdiff_t n, double epsilon, const REAL *variance, REAL *result) {
  for (ptrdiff_t c = 0; c < n; c++) result[c] = (REAL)(1 / sqrt_f64(variance[c] + epsilon));
}

CK_CLONES static void K(block_normalize)(
    block b, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *factor, const REAL *offset, bool relu,
    REAL *y) {
  for (ptrdiff_t r = 0; r < b.rows; r++) {
    const REAL *from = x + r * stride;
    REAL *to = y + r * stride;
    if (relu) {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < b.width; c++) {
        REAL v = (from[c] - center[c]) * factor[c] + offset[c];
        to[c] = v < 0 ? 0 : v;
      }
    } else {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < b.width; c++) to[c] = (from[c] - center[c]) * factor[c] + offset[c];
    }
  }
}

static void K(batch_norm_forward)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *mean, const REAL *inverse_deviation,
    const REAL *gamma, const REAL *beta, bool relu, REAL *y) {
  for (ptrdiff_t first = 0; first < channels; first += CK_PANEL) {
    panel p = panel_at(rows, channels, first);
    REAL center[CK_PANEL], factor[CK_PANEL], offset[CK_PANEL];
    for (ptrdiff_t c = 0; c < p.width; c++) {
      ptrdiff_t channel = first + c % p.columns;
      center[c] = mean[channel];
      factor[c] = inverse_deviation[channel] * (gamma ? gamma[channel] : 1);
      offset[c] = beta ? beta[channel] : 0;
    }
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block b = panel_block(p, i);
      K(block_normalize)(b, p.stride, x + b.offset, center, factor, offset, relu, y + b.offset);
    }
  }
}

// Adds the sums over the block of dy, and of dy · (x − center); dy counts only where y > 0, unless y is null.
CK_CLONES static void K(block_gradient_sums)(
    block b, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *y, const REAL *dy, double *totals,
    double *products) {
  REAL sum[CK_PANEL] = {0}, product[CK_PANEL] = {0};
  for (ptrdiff_t r = 0; r < b.rows; r++) {
    const REAL *input = x + r * stride, *gradient = dy + r * stride;
    if (y) {
      const REAL *output = y + r * stride;
      for (ptrdiff_t c = 0; c < b.width; c++) {
        REAL g = output[c] > 0 ? gradient[c] : 0;
        sum[c] += g;
        product[c] += g * (input[c] - center[c]);
      }
    } else {
      for (ptrdiff_t c = 0; c < b.width; c++) {
        sum[c] += gradient[c];
        product[c] += gradient[c] * (input[c] - center[c]);
      }
    }
  }
  for (ptrdiff_t c = 0; c < b.width; c++) {
    totals[c] += sum[c];
    products[c] += product[c];
  }
}

static void K(batch_norm_backward_sums)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *mean, const REAL *inverse_deviation, bool relu,
    const REAL *y, const REAL *dy, REAL *sum_dy, REAL *sum_dy_normalized) {
  for (ptrdiff_t first = 0; first < channels; first += CK_PANEL) {
    panel p = panel_at(rows, channels, first);
    double totals[CK_PANEL] = {0}, products[CK_PANEL] = {0};
    REAL center[CK_PANEL];
    for (ptrdiff_t c = 0; c < p.width; c++) center[c] = mean[first + c % p.columns];
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block b = panel_block(p, i);
      const REAL *mask = relu ? y + b.offset : NULL;
      K(block_gradient_sums)(b, p.stride, x + b.offset, center, mask, dy + b.offset, totals, products);
    }
    panel_reduce(p, totals);
    panel_reduce(p, products);
    for (ptrdiff_t c = 0; c < p.columns; c++) {
      sum_dy[first + c] = (REAL)totals[c];
      sum_dy_normalized[first + c] = (REAL)(products[c] * inverse_deviation[first + c]);
    }
  }
}

// dx (+)= a·dy + b·(x − center) + constant; dy counts only where y > 0, unless y is null.
CK_INLINE void K(block_input_gradient_body)(
    block k, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *a, const REAL *b, const REAL *constant,
    const REAL *y, const REAL *dy, REAL *dx, bool accumulate) {
  for (ptrdiff_t r = 0; r < k.rows; r++) {
    const REAL *input = x + r * stride, *gradient = dy + r * stride, *output = y ? y + r * stride : NULL;
    REAL *to = dx + r * stride;
    CK_IN_PLACE
    for (ptrdiff_t c = 0; c < k.width; c++) {
      REAL g = gradient[c];
      if (y) g = output[c] > 0 ? g : 0;
      REAL v = a[c] * g + (b[c] * (input[c] - center[c]) + constant[c]);
      to[c] = accumulate ? to[c] + v : v;
    }
  }
}

CK_CLONES static void K(block_input_gradient)(
    block k, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *a, const REAL *b, const REAL *constant,
    const REAL *y, const REAL *dy, REAL *dx, bool accumulate) {
  if (accumulate) {
    K(block_input_gradient_body)(k, stride, x, center, a, b, constant, y, dy, dx, true);
  } else if (y) {
    K(block_input_gradient_body)(k, stride, x, center, a, b, constant, y, dy, dx, false);
  } else {
    K(block_input_gradient_body)(k, stride, x, center, a, b, constant, NULL, dy, dx, false);
  }
}

static void K(batch_norm_backward_input)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *mean, const REAL *inverse_deviation,
    const REAL *gamma, bool relu, const REAL *y, const REAL *dy, const REAL *sum_dy, const REAL *sum_dy_normalized,
    REAL count, REAL *dx, bool accumulate) {
  for (ptrdiff_t first = 0; first < channels; first += CK_PANEL) {
    panel p = panel_at(rows, channels, first);
    REAL center[CK_PANEL], a[CK_PANEL], b[CK_PANEL], constant[CK_PANEL];
    for (ptrdiff_t c = 0; c < p.width; c++) {
      ptrdiff_t channel = first + c % p.columns;
      REAL inverse = inverse_deviation[channel];
      center[c] = mean[channel];
      a[c] = inverse * (gamma ? gamma[channel] : 1);
      b[c] = sum_dy_normalized ? -a[c] * inverse * sum_dy_normalized[channel] / count : 0;
      constant[c] = sum_dy ? -a[c] * sum_dy[channel] / count : 0;
    }
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block k = panel_block(p, i);
      const REAL *mask = relu ? y + k.offset : NULL;
      K(block_input_gradient)(
          k, p.stride, x + k.offset, center, a, b, constant, mask, dy + k.offset, dx + k.offset, accumulate);
    }
  }
}
