// Pooling; see ck_pooling.h. The inner loops run over channels.

CK_CLONES static void K(take_larger)(ptrdiff_t channels, const REAL *x, int32_t position, REAL *y, int32_t *indices) {
  for (ptrdiff_t c = 0; c < channels; c++) {
    // A NaN wins, as it should be seen.
    bool larger = x[c] > y[c] || x[c] != x[c];
    y[c] = larger ? x[c] : y[c];
    indices[c] = larger ? position : indices[c];
  }
}

CK_CLONES static void K(take_larger_value)(ptrdiff_t channels, const REAL *x, REAL *y) {
  for (ptrdiff_t c = 0; c < channels; c++) {
    bool larger = x[c] > y[c] || x[c] != x[c];
    y[c] = larger ? x[c] : y[c];
  }
}

static void K(max_pool_forward)(const ck_window *w, const REAL *x, REAL *y, int32_t *indices) {
  ptrdiff_t channels = w->channels;
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    const REAL *image = x + n * w->height * w->width * channels;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps columns = column_taps(w, j);
        bool first = true;
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            ptrdiff_t position = tap_position(w, rows, columns, r, s);
            const REAL *pixel = image + position * channels;
            if (first) {
              for (ptrdiff_t c = 0; c < channels; c++) y[c] = pixel[c];
              for (ptrdiff_t c = 0; indices && c < channels; c++) indices[c] = (int32_t)position;
              first = false;
            } else if (indices) {
              K(take_larger)(channels, pixel, (int32_t)position, y, indices);
            } else {
              K(take_larger_value)(channels, pixel, y);
            }
          }
        }
        y += channels;
        if (indices) indices += channels;
      }
    }
  }
}

static void K(max_pool_backward)(
    const ck_window *w, const REAL *dy, const int32_t *indices, REAL *dx, bool accumulate) {
  ptrdiff_t channels = w->channels, image = w->height * w->width * channels;
  ptrdiff_t outputs = w->output_height * w->output_width;
  if (!accumulate) memset(dx, 0, w->batch * image * sizeof(REAL));
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    for (ptrdiff_t o = 0; o < outputs; o++) {
      for (ptrdiff_t c = 0; c < channels; c++) dx[n * image + indices[c] * channels + c] += dy[c];
      dy += channels;
      indices += channels;
    }
  }
}

CK_CLONES static void K(add_scaled)(ptrdiff_t n, REAL factor, const REAL *x, REAL *y) {
  for (ptrdiff_t c = 0; c < n; c++) y[c] += factor * x[c];
}

// 1 / (number of taps that the mean is over)
static REAL K(average_factor)(
    const ck_window *w, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding, taps rows,
    taps columns) {
  ptrdiff_t height = rows.end - rows.begin, width = columns.end - columns.begin;
  if (count_padding) {
    taps all_rows = taps_inside(
        0, 0, 0, w->dilation_height, w->kernel_height, w->height + padding_bottom - rows.origin);
    taps all_columns = taps_inside(
        0, 0, 0, w->dilation_width, w->kernel_width, w->width + padding_right - columns.origin);
    height = all_rows.end;
    width = all_columns.end;
  }
  return (REAL)1 / (REAL)(height * width);
}

static void K(average_pool_forward)(
    const ck_window *w, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding, const REAL *x,
    REAL *y) {
  ptrdiff_t channels = w->channels;
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    const REAL *image = x + n * w->height * w->width * channels;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps columns = column_taps(w, j);
        REAL factor = K(average_factor)(w, padding_bottom, padding_right, count_padding, rows, columns);
        for (ptrdiff_t c = 0; c < channels; c++) y[c] = 0;
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            ptrdiff_t position = tap_position(w, rows, columns, r, s);
            K(add_scaled)(channels, factor, image + position * channels, y);
          }
        }
        y += channels;
      }
    }
  }
}

static void K(average_pool_backward)(
    const ck_window *w, ptrdiff_t padding_bottom, ptrdiff_t padding_right, bool count_padding, const REAL *dy,
    REAL *dx, bool accumulate) {
  ptrdiff_t channels = w->channels, size = w->height * w->width * channels;
  if (!accumulate) memset(dx, 0, w->batch * size * sizeof(REAL));
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    REAL *image = dx + n * size;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps columns = column_taps(w, j);
        REAL factor = K(average_factor)(w, padding_bottom, padding_right, count_padding, rows, columns);
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            ptrdiff_t position = tap_position(w, rows, columns, r, s);
            K(add_scaled)(channels, factor, dy, image + position * channels);
          }
        }
        dy += channels;
      }
    }
  }
}

CK_CLONES static void K(global_average_pool_forward)(
    ptrdiff_t batch, ptrdiff_t positions, ptrdiff_t channels, const REAL *x, REAL *y) {
  REAL factor = (REAL)1 / (REAL)positions;
  for (ptrdiff_t n = 0; n < batch; n++, y += channels) {
    for (ptrdiff_t c = 0; c < channels; c++) y[c] = 0;
    for (ptrdiff_t p = 0; p < positions; p++, x += channels) {
      for (ptrdiff_t c = 0; c < channels; c++) y[c] += x[c];
    }
    for (ptrdiff_t c = 0; c < channels; c++) y[c] *= factor;
  }
}

CK_CLONES static void K(global_average_pool_backward)(
    ptrdiff_t batch, ptrdiff_t positions, ptrdiff_t channels, const REAL *dy, REAL *dx, bool accumulate) {
  REAL factor = (REAL)1 / (REAL)positions;
  for (ptrdiff_t n = 0; n < batch; n++, dy += channels) {
    for (ptrdiff_t p = 0; p < positions; p++, dx += channels) {
      for (ptrdiff_t c = 0; c < channels; c++) {
        REAL g = factor * dy[c];
        dx[c] = accumulate ? dx[c] + g : g;
      }
    }
  }
}
