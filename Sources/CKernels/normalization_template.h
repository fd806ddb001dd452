// Batch normalisation; see ck_normalization.h. Channels are worked on in blocks whose sums fit the first-level cache.

enum { K(channel_block) = 256 };

// Adds to totals[c] the sum over the rows of x[r, c] − center[c], and to squares[c] (unless null) that of its square.
CK_CLONES static void K(centered_sums)(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t stride, const REAL *x, const REAL *center, double *totals,
    double *squares) {
  REAL sum[K(channel_block)], square[K(channel_block)];
  for (ptrdiff_t c = 0; c < channels; c++) sum[c] = square[c] = 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t c = 0; c < channels; c++) {
      REAL d = x[r * stride + c] - center[c];
      sum[c] += d;
      square[c] += d * d;
    }
  }
  for (ptrdiff_t c = 0; c < channels; c++) {
    totals[c] += sum[c];
    squares[c] += square[c];
  }
}

// One pass, about the first row: shifted data keeps the difference of squares sound (Chan, Golub and LeVeque, 1983).
static void K(batch_norm_statistics)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, REAL *mean, REAL *variance) {
  for (ptrdiff_t first = 0; first < channels; first += K(channel_block)) {
    ptrdiff_t width = channels - first < K(channel_block) ? channels - first : K(channel_block);
    double totals[K(channel_block)] = {0}, squares[K(channel_block)] = {0};
    for (ptrdiff_t r = 0; r < rows; r += CK_ROW_BLOCK) {
      ptrdiff_t height = rows - r < CK_ROW_BLOCK ? rows - r : CK_ROW_BLOCK;
      K(centered_sums)(height, width, channels, x + r * channels + first, x + first, totals, squares);
    }
    for (ptrdiff_t c = 0; c < width; c++) {
      double shift = rows ? totals[c] / rows : 0;
      double spread = rows ? squares[c] / rows - shift * shift : 0;
      mean[first + c] = (REAL)(rows ? x[first + c] + shift : 0);
      variance[first + c] = (REAL)(spread > 0 ? spread : 0);
    }
  }
}

CK_CLONES static void K(inverse_deviation)(ptrdiff_t n, REAL epsilon, const REAL *variance, REAL *result) {
  for (ptrdiff_t c = 0; c < n; c++) result[c] = 1 / (REAL)sqrt(variance[c] + epsilon);
}

CK_CLONES static void K(batch_norm_forward)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *mean, const REAL *inverse_deviation,
    const REAL *gamma, const REAL *beta, bool relu, REAL *y) {
  for (ptrdiff_t first = 0; first < channels; first += K(channel_block)) {
    ptrdiff_t width = channels - first < K(channel_block) ? channels - first : K(channel_block);
    REAL center[K(channel_block)], factor[K(channel_block)], offset[K(channel_block)];
    for (ptrdiff_t c = 0; c < width; c++) {
      center[c] = mean[first + c];
      factor[c] = inverse_deviation[first + c] * (gamma ? gamma[first + c] : 1);
      offset[c] = beta ? beta[first + c] : 0;
    }
    for (ptrdiff_t r = 0; r < rows; r++) {
      const REAL *row = x + r * channels + first;
      REAL *out = y + r * channels + first;
      if (relu) {
        for (ptrdiff_t c = 0; c < width; c++) {
          REAL v = (row[c] - center[c]) * factor[c] + offset[c];
          out[c] = v < 0 ? 0 : v;
        }
      } else {
        for (ptrdiff_t c = 0; c < width; c++) out[c] = (row[c] - center[c]) * factor[c] + offset[c];
      }
    }
  }
}

CK_CLONES static void K(batch_norm_gradient_sums)(
    ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t stride, const REAL *x, const REAL *mean, bool relu, const REAL *y,
    const REAL *dy, double *totals, double *products) {
  REAL sum[K(channel_block)], product[K(channel_block)];
  for (ptrdiff_t c = 0; c < channels; c++) sum[c] = product[c] = 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t c = 0; c < channels; c++) {
      REAL g = dy[r * stride + c];
      if (relu) g = y[r * stride + c] > 0 ? g : 0;
      sum[c] += g;
      product[c] += g * (x[r * stride + c] - mean[c]);
    }
  }
  for (ptrdiff_t c = 0; c < channels; c++) {
    totals[c] += sum[c];
    products[c] += product[c];
  }
}

static void K(batch_norm_backward_sums)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *mean, const REAL *inverse_deviation, bool relu,
    const REAL *y, const REAL *dy, REAL *sum_dy, REAL *sum_dy_normalized) {
  for (ptrdiff_t first = 0; first < channels; first += K(channel_block)) {
    ptrdiff_t width = channels - first < K(channel_block) ? channels - first : K(channel_block);
    double totals[K(channel_block)] = {0}, products[K(channel_block)] = {0};
    for (ptrdiff_t r = 0; r < rows; r += CK_ROW_BLOCK) {
      ptrdiff_t height = rows - r < CK_ROW_BLOCK ? rows - r : CK_ROW_BLOCK;
      ptrdiff_t at = r * channels + first;
      K(batch_norm_gradient_sums)(
          height, width, channels, x + at, mean + first, relu, relu ? y + at : NULL, dy + at, totals, products);
    }
    for (ptrdiff_t c = 0; c < width; c++) {
      sum_dy[first + c] = (REAL)totals[c];
      sum_dy_normalized[first + c] = (REAL)(products[c] * inverse_deviation[first + c]);
    }
  }
}

// dx = a·dy + b·(x − mean) + c, with a, b, c worked out once a channel
CK_CLONES static void K(batch_norm_backward_input)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *mean, const REAL *inverse_deviation,
    const REAL *gamma, bool relu, const REAL *y, const REAL *dy, const REAL *sum_dy, const REAL *sum_dy_normalized,
    REAL count, REAL *dx, bool accumulate) {
  for (ptrdiff_t first = 0; first < channels; first += K(channel_block)) {
    ptrdiff_t width = channels - first < K(channel_block) ? channels - first : K(channel_block);
    REAL center[K(channel_block)], a[K(channel_block)], b[K(channel_block)], constant[K(channel_block)];
    for (ptrdiff_t c = 0; c < width; c++) {
      REAL inverse = inverse_deviation[first + c];
      center[c] = mean[first + c];
      a[c] = inverse * (gamma ? gamma[first + c] : 1);
      b[c] = sum_dy_normalized ? -a[c] * inverse * sum_dy_normalized[first + c] / count : 0;
      constant[c] = sum_dy ? -a[c] * sum_dy[first + c] / count : 0;
    }
    for (ptrdiff_t r = 0; r < rows; r++) {
      ptrdiff_t at = r * channels + first;
      for (ptrdiff_t c = 0; c < width; c++) {
        REAL g = dy[at + c];
        if (relu) g = y[at + c] > 0 ? g : 0;
        REAL v = a[c] * g + (b[c] * (x[at + c] - center[c]) + constant[c]);
        dx[at + c] = accumulate ? dx[at + c] + v : v;
      }
    }
  }
}
