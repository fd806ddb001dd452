// Scaling of channels; see ck_channel_scale.h.

CK_CLONES static void K(scale_rows)(
    ptrdiff_t rows, ptrdiff_t channels, const REAL *x, const REAL *factor, REAL *y, bool accumulate) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *row = x + r * channels;
    REAL *out = y + r * channels;
    if (accumulate) {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < channels; c++) out[c] += row[c] * factor[c];
    } else {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < channels; c++) out[c] = row[c] * factor[c];
    }
  }
}

static void K(scale_channels)(ck_channels sizes, const REAL *x, const REAL *factor, REAL *y, bool accumulate) {
  ptrdiff_t count = sizes.positions * sizes.channels;
  for (ptrdiff_t s = 0; s < sizes.samples; s++) {
    const REAL *own = factor + (sizes.by_sample ? s * sizes.channels : 0);
    K(scale_rows)(sizes.positions, sizes.channels, x + s * count, own, y + s * count, accumulate);
  }
}

// totals[c] += Σ over rows of dy · x
CK_CLONES static void K(row_products)(
    ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *dy, double *totals) {
  REAL total[CK_PANEL] = {0};
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t c = 0; c < width; c++) total[c] += dy[r * stride + c] * x[r * stride + c];
  }
  for (ptrdiff_t c = 0; c < width; c++) totals[c] += total[c];
}

static void K(scale_channels_gradient)(
    ck_channels sizes, const REAL *x, const REAL *dy, REAL *target, bool accumulate) {
  // One factor for all samples is that of one sample with all their positions.
  ptrdiff_t samples = sizes.by_sample ? sizes.samples : 1;
  ptrdiff_t rows = sizes.by_sample ? sizes.positions : sizes.samples * sizes.positions;
  for (ptrdiff_t s = 0; s < samples; s++) {
    for (ptrdiff_t first = 0; first < sizes.channels; first += CK_PANEL) {
      ptrdiff_t width = sizes.channels - first < CK_PANEL ? sizes.channels - first : CK_PANEL;
      double totals[CK_PANEL] = {0};
      for (ptrdiff_t row = 0; row < rows; row += CK_ROW_BLOCK) {
        ptrdiff_t count = rows - row < CK_ROW_BLOCK ? rows - row : CK_ROW_BLOCK;
        ptrdiff_t offset = (s * rows + row) * sizes.channels + first;
        K(row_products)(count, width, sizes.channels, x + offset, dy + offset, totals);
      }
      REAL *out = target + s * sizes.channels + first;
      for (ptrdiff_t c = 0; c < width; c++) out[c] = (REAL)(accumulate ? out[c] + totals[c] : totals[c]);
    }
  }
}
