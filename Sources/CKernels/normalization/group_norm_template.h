// Group normalisation; see ck_group_norm.h. The loops run along the channels, a panel at a time; sums over a block of positions
// are taken in the kernel's own type and go into doubles.

// totals[c] += Σ over positions of x[p, c] − center[c]
CK_CLONES static void K(centered_sums)(
    ptrdiff_t positions, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *center, double *totals) {
  REAL total[CK_PANEL] = {0};
  for (ptrdiff_t p = 0; p < positions; p++) {
    for (ptrdiff_t c = 0; c < width; c++) total[c] += x[p * stride + c] - center[c];
  }
  for (ptrdiff_t c = 0; c < width; c++) totals[c] += total[c];
}

// totals[c] += Σ over positions of (x[p, c] − center[c])²
CK_CLONES static void K(centered_squares)(
    ptrdiff_t positions, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *center, double *totals) {
  REAL total[CK_PANEL] = {0};
  for (ptrdiff_t p = 0; p < positions; p++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      REAL d = x[p * stride + c] - center[c];
      total[c] += d * d;
    }
  }
  for (ptrdiff_t c = 0; c < width; c++) totals[c] += total[c];
}

// totals[c] += Σ dy and products[c] += Σ dy · (x − center) · inverse
CK_CLONES static void K(channel_gradient_sums)(
    ptrdiff_t positions, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *inverse,
    const REAL *dy, double *totals, double *products) {
  REAL total[CK_PANEL] = {0}, product[CK_PANEL] = {0};
  for (ptrdiff_t p = 0; p < positions; p++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      REAL g = dy[p * stride + c];
      total[c] += g;
      product[c] += g * ((x[p * stride + c] - center[c]) * inverse[c]);
    }
  }
  for (ptrdiff_t c = 0; c < width; c++) {
    totals[c] += total[c];
    products[c] += product[c];
  }
}

CK_CLONES static void K(channels_normalize)(
    ptrdiff_t positions, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *factor,
    const REAL *shift, REAL *y) {
  for (ptrdiff_t p = 0; p < positions; p++) {
    const REAL *row = x + p * stride;
    REAL *out = y + p * stride;
    CK_IN_PLACE
    for (ptrdiff_t c = 0; c < width; c++) out[c] = (row[c] - center[c]) * factor[c] + shift[c];
  }
}

// dx = factor · dy + (slope · (x − center) + constant), or += that.
CK_CLONES static void K(channels_input_gradient)(
    ptrdiff_t positions, ptrdiff_t width, ptrdiff_t stride, const REAL *x, const REAL *center, const REAL *factor,
    const REAL *slope, const REAL *constant, const REAL *dy, REAL *dx, bool accumulate) {
  for (ptrdiff_t p = 0; p < positions; p++) {
    const REAL *row = x + p * stride, *gradient = dy + p * stride;
    REAL *out = dx + p * stride;
    if (accumulate) {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < width; c++)
        out[c] += factor[c] * gradient[c] + (slope[c] * (row[c] - center[c]) + constant[c]);
    } else {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < width; c++)
        out[c] = factor[c] * gradient[c] + (slope[c] * (row[c] - center[c]) + constant[c]);
    }
  }
}

static ptrdiff_t K(valid_positions)(ck_group_norm sizes, ptrdiff_t sample) {
  return sizes.lengths ? sizes.lengths[sample] : sizes.positions;
}

// Groups that are computed together: as many as fit a panel, at least one.
static ptrdiff_t K(groups_together)(ck_group_norm sizes, ptrdiff_t first) {
  ptrdiff_t size = sizes.channels / sizes.groups, fit = size < CK_PANEL ? CK_PANEL / size : 1;
  return sizes.groups - first < fit ? sizes.groups - first : fit;
}

// Adds each of a few groups' Σ (x − center) over one sample's positions, or with `squares` Σ (x − center)², to `result`.
static void K(group_totals)(
    ptrdiff_t positions, ptrdiff_t groups, ptrdiff_t size, ptrdiff_t stride, const REAL *x, const REAL *center,
    bool squares, double *result) {
  for (ptrdiff_t first = 0; first < groups * size; first += CK_PANEL) {
    ptrdiff_t width = groups * size - first < CK_PANEL ? groups * size - first : CK_PANEL;
    REAL centers[CK_PANEL];
    double totals[CK_PANEL] = {0};
    for (ptrdiff_t c = 0; c < width; c++) centers[c] = center[(first + c) / size];
    for (ptrdiff_t position = 0; position < positions; position += CK_ROW_BLOCK) {
      ptrdiff_t count = positions - position < CK_ROW_BLOCK ? positions - position : CK_ROW_BLOCK;
      const REAL *block = x + position * stride + first;
      if (squares) {
        K(centered_squares)(count, width, stride, block, centers, totals);
      } else {
        K(centered_sums)(count, width, stride, block, centers, totals);
      }
    }
    for (ptrdiff_t c = 0; c < width; c++) result[(first + c) / size] += totals[c];
  }
}

static void K(group_norm_forward)(
    ck_group_norm sizes, double epsilon, const REAL *x, const REAL *gamma, const REAL *beta, REAL *y, REAL *mean,
    REAL *inverse_deviation) {
  ptrdiff_t size = sizes.channels / sizes.groups, count = sizes.positions * sizes.channels;
  for (ptrdiff_t s = 0; s < sizes.samples; s++) {
    ptrdiff_t positions = K(valid_positions)(sizes, s);
    double elements = (double)positions * size;
    for (ptrdiff_t g = 0, groups; g < sizes.groups; g += groups) {
      groups = K(groups_together)(sizes, g);
      const REAL *part = x + s * count + g * size;
      REAL *means = mean + s * sizes.groups + g, *inverses = inverse_deviation + s * sizes.groups + g;
      // Sums of differences from each group's first number: rounding of sums far from zero could exceed the differences.
      REAL origins[CK_PANEL] = {0};
      for (ptrdiff_t i = 0; i < groups && positions > 0; i++) origins[i] = part[i * size];
      double sums[CK_PANEL] = {0}, squares[CK_PANEL] = {0};
      K(group_totals)(positions, groups, size, sizes.channels, part, origins, false, sums);
      for (ptrdiff_t i = 0; i < groups; i++) means[i] = (REAL)(origins[i] + sums[i] / elements);
      // The variance about the group's own mean: no cancellation.
      K(group_totals)(positions, groups, size, sizes.channels, part, means, true, squares);
      for (ptrdiff_t i = 0; i < groups; i++) inverses[i] = (REAL)(1 / sqrt_f64(squares[i] / elements + epsilon));
    }
    for (ptrdiff_t first = 0; first < sizes.channels; first += CK_PANEL) {
      ptrdiff_t width = sizes.channels - first < CK_PANEL ? sizes.channels - first : CK_PANEL;
      REAL center[CK_PANEL], factor[CK_PANEL], shift[CK_PANEL];
      for (ptrdiff_t c = 0; c < width; c++) {
        ptrdiff_t g = s * sizes.groups + (first + c) / size;
        center[c] = mean[g];
        factor[c] = gamma ? inverse_deviation[g] * gamma[first + c] : inverse_deviation[g];
        shift[c] = beta ? beta[first + c] : 0;
      }
      ptrdiff_t offset = s * count + first;
      K(channels_normalize)(positions, width, sizes.channels, x + offset, center, factor, shift, y + offset);
    }
    for (ptrdiff_t i = positions * sizes.channels; i < count; i++) y[s * count + i] = 0;
  }
}

static void K(group_norm_backward_sums)(
    ck_group_norm sizes, const REAL *x, const REAL *mean, const REAL *inverse_deviation, const REAL *dy,
    double *totals, double *products) {
  ptrdiff_t size = sizes.channels / sizes.groups;
  for (ptrdiff_t i = 0; i < sizes.samples * sizes.channels; i++) totals[i] = products[i] = 0;
  for (ptrdiff_t s = 0; s < sizes.samples; s++) {
    ptrdiff_t positions = K(valid_positions)(sizes, s);
    for (ptrdiff_t first = 0; first < sizes.channels; first += CK_PANEL) {
      ptrdiff_t width = sizes.channels - first < CK_PANEL ? sizes.channels - first : CK_PANEL;
      REAL center[CK_PANEL], inverse[CK_PANEL];
      for (ptrdiff_t c = 0; c < width; c++) {
        ptrdiff_t g = s * sizes.groups + (first + c) / size;
        center[c] = mean[g];
        inverse[c] = inverse_deviation[g];
      }
      for (ptrdiff_t position = 0; position < positions; position += CK_ROW_BLOCK) {
        ptrdiff_t count = positions - position < CK_ROW_BLOCK ? positions - position : CK_ROW_BLOCK;
        ptrdiff_t offset = (s * sizes.positions + position) * sizes.channels + first, sum = s * sizes.channels + first;
        K(channel_gradient_sums)(
            count, width, sizes.channels, x + offset, center, inverse, dy + offset, totals + sum, products + sum);
      }
    }
  }
}

static void K(group_norm_backward_input)(
    ck_group_norm sizes, const REAL *x, const REAL *mean, const REAL *inverse_deviation, const REAL *gamma,
    const REAL *dy, const double *totals, const double *products, REAL *dx, bool accumulate) {
  ptrdiff_t size = sizes.channels / sizes.groups, sample_count = sizes.positions * sizes.channels;
  for (ptrdiff_t s = 0; s < sizes.samples; s++) {
    ptrdiff_t positions = K(valid_positions)(sizes, s);
    double elements = (double)positions * size;
    for (ptrdiff_t first = 0; first < sizes.channels; first += CK_PANEL) {
      ptrdiff_t width = sizes.channels - first < CK_PANEL ? sizes.channels - first : CK_PANEL;
      REAL center[CK_PANEL], factor[CK_PANEL], slope[CK_PANEL], constant[CK_PANEL];
      ptrdiff_t known = -1;
      double total = 0, product = 0;
      for (ptrdiff_t c = 0; c < width; c++) {
        ptrdiff_t group = (first + c) / size, g = s * sizes.groups + group;
        if (group != known) {
          known = group, total = product = 0;
          for (ptrdiff_t i = group * size; i < (group + 1) * size; i++) {
            double weight = gamma ? gamma[i] : 1;
            total += weight * totals[s * sizes.channels + i];
            product += weight * products[s * sizes.channels + i];
          }
        }
        double inverse = inverse_deviation[g];
        center[c] = mean[g];
        factor[c] = (REAL)(gamma ? inverse * gamma[first + c] : inverse);
        slope[c] = (REAL)(-inverse * inverse * product / elements);
        constant[c] = (REAL)(-inverse * total / elements);
      }
      ptrdiff_t offset = s * sample_count + first;
      K(channels_input_gradient)(
          positions, width, sizes.channels, x + offset, center, factor, slope, constant, dy + offset, dx + offset,
          accumulate);
    }
    if (!accumulate) {
      for (ptrdiff_t i = positions * sizes.channels; i < sample_count; i++) dx[s * sample_count + i] = 0;
    }
  }
}

static void K(group_norm_parameter_gradient)(
    ptrdiff_t samples, ptrdiff_t channels, const double *sums, REAL *target, bool accumulate) {
  for (ptrdiff_t c = 0; c < channels; c++) {
    double sum = 0;
    for (ptrdiff_t s = 0; s < samples; s++) sum += sums[s * channels + c];
    target[c] = (REAL)(accumulate ? target[c] + sum : sum);
  }
}
