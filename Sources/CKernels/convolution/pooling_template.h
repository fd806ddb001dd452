// Pooling; see ck_pooling.h. The inner loops run over channels.

CK_INLINE void K(take_larger)(
    ptrdiff_t channels, const REAL *restrict x, int32_t position, REAL *restrict y, int32_t *restrict indices) {
  for (ptrdiff_t c = 0; c < channels; c++) {
    // A NaN is the largest, so that it is not hidden.
    bool larger = x[c] > y[c] || x[c] != x[c];
    y[c] = larger ? x[c] : y[c];
    if (indices) indices[c] = larger ? position : indices[c];
  }
}

CK_INLINE void K(max_pool_body)(const ck_window *w, const REAL *x, REAL *y, int32_t *indices) {
  ptrdiff_t channels = w->channels;
  for (ptrdiff_t n = 0; n < w->batch; n++, x += w->height * w->width * channels) {
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps columns = column_taps(w, j);
        ptrdiff_t position = tap_position(w, rows, columns, rows.begin, columns.begin);
        for (ptrdiff_t c = 0; c < channels; c++) y[c] = x[position * channels + c];
        for (ptrdiff_t c = 0; indices && c < channels; c++) indices[c] = (int32_t)position;
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin + (r == rows.begin); s < columns.end; s++) {
            position = tap_position(w, rows, columns, r, s);
            K(take_larger)(channels, x + position * channels, (int32_t)position, y, indices);
          }
        }
        y += channels;
        if (indices) indices += channels;
      }
    }
  }
}

CK_CLONES static void K(max_pool_forward)(const ck_window *w, const REAL *x, REAL *y, int32_t *indices) {
  if (indices) {
    K(max_pool_body)(w, x, y, indices);
  } else {
    K(max_pool_body)(w, x, y, NULL);
  }
}

static void K(max_pool_backward)(
    const ck_window *w, const REAL *dy, const int32_t *indices, REAL *dx, bool accumulate) {
  ptrdiff_t channels = w->channels, image = w->height * w->width * channels;
  ptrdiff_t outputs = w->output_height * w->output_width;
  if (!accumulate) memset(dx, 0, w->batch * image * sizeof(REAL));
  for (ptrdiff_t n = 0; n < w->batch; n++, dx += image) {
    for (ptrdiff_t o = 0; o < outputs; o++) {
      for (ptrdiff_t c = 0; c < channels; c++) dx[indices[c] * channels + c] += dy[c];
      dy += channels;
      indices += channels;
    }
  }
}

// 1 / (number of taps that the mean is over)
CK_INLINE REAL K(average_factor)(const ck_window *w, average_padding padding, taps rows, taps columns) {
  ptrdiff_t height = rows.end - rows.begin, width = columns.end - columns.begin;
  if (padding.counted) {
    ptrdiff_t below = w->height + padding.bottom - rows.origin, beside = w->width + padding.right - columns.origin;
    height = taps_inside(0, 0, 0, w->dilation_height, w->kernel_height, below).end;
    width = taps_inside(0, 0, 0, w->dilation_width, w->kernel_width, beside).end;
  }
  return (REAL)1 / (REAL)(height * width);
}

CK_CLONES static void K(average_pool_forward)(const ck_window *w, average_padding padding, const REAL *x, REAL *y) {
  ptrdiff_t channels = w->channels;
  for (ptrdiff_t n = 0; n < w->batch; n++, x += w->height * w->width * channels) {
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++, y += channels) {
        taps columns = column_taps(w, j);
        REAL factor = K(average_factor)(w, padding, rows, columns);
        for (ptrdiff_t c = 0; c < channels; c++) y[c] = 0;
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            const REAL *pixel = x + tap_position(w, rows, columns, r, s) * channels;
            for (ptrdiff_t c = 0; c < channels; c++) y[c] += factor * pixel[c];
          }
        }
      }
    }
  }
}

CK_CLONES static void K(average_pool_backward)(
    const ck_window *w, average_padding padding, const REAL *dy, REAL *dx, bool accumulate) {
  ptrdiff_t channels = w->channels, image = w->height * w->width * channels;
  if (!accumulate) memset(dx, 0, w->batch * image * sizeof(REAL));
  for (ptrdiff_t n = 0; n < w->batch; n++, dx += image) {
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++, dy += channels) {
        taps columns = column_taps(w, j);
        REAL factor = K(average_factor)(w, padding, rows, columns);
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            REAL *pixel = dx + tap_position(w, rows, columns, r, s) * channels;
            for (ptrdiff_t c = 0; c < channels; c++) pixel[c] += factor * dy[c];
          }
        }
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
