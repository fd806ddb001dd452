// Direct depthwise convolution; see ck_convolution.h. Slow and obvious: the reference for oneDNN's.

static void K(depthwise_forward)(
    const ck_window *w, ptrdiff_t multiplier, const REAL *x, const REAL *weights, const REAL *bias, REAL *y) {
  ptrdiff_t outputs = w->channels * multiplier, area = w->kernel_height * w->kernel_width;
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    const REAL *image = x + n * w->height * w->width * w->channels;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++, y += outputs) {
        taps columns = column_taps(w, j);
        for (ptrdiff_t o = 0; o < outputs; o++) y[o] = bias ? bias[o] : 0;
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            const REAL *pixel = image + tap_position(w, rows, columns, r, s) * w->channels;
            const REAL *tap = weights + r * w->kernel_width + s;
            for (ptrdiff_t o = 0; o < outputs; o++) y[o] += pixel[o / multiplier] * tap[o * area];
          }
        }
      }
    }
  }
}

static void K(depthwise_backward_data)(
    const ck_window *w, ptrdiff_t multiplier, const REAL *dy, const REAL *weights, REAL *dx, bool accumulate) {
  ptrdiff_t outputs = w->channels * multiplier, area = w->kernel_height * w->kernel_width;
  ptrdiff_t size = w->height * w->width * w->channels;
  if (!accumulate) memset(dx, 0, w->batch * size * sizeof(REAL));
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    REAL *image = dx + n * size;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      taps rows = row_taps(w, i);
      for (ptrdiff_t j = 0; j < w->output_width; j++, dy += outputs) {
        taps columns = column_taps(w, j);
        for (ptrdiff_t r = rows.begin; r < rows.end; r++) {
          for (ptrdiff_t s = columns.begin; s < columns.end; s++) {
            REAL *pixel = image + tap_position(w, rows, columns, r, s) * w->channels;
            const REAL *tap = weights + r * w->kernel_width + s;
            for (ptrdiff_t o = 0; o < outputs; o++) pixel[o / multiplier] += dy[o] * tap[o * area];
          }
        }
      }
    }
  }
}

// Image by image, so that the sum over a long batch is a sum of short ones.
static void K(depthwise_backward_weights)(
    const ck_window *w, ptrdiff_t multiplier, const REAL *x, const REAL *dy, REAL *dweights, bool accumulate) {
  ptrdiff_t outputs = w->channels * multiplier;
  ptrdiff_t image = w->height * w->width * w->channels, gradient = w->output_height * w->output_width * outputs;
  for (ptrdiff_t r = 0; r < w->kernel_height; r++) {
    for (ptrdiff_t s = 0; s < w->kernel_width; s++) {
      for (ptrdiff_t o = 0; o < outputs; o++) {
        double total = 0;
        for (ptrdiff_t n = 0; n < w->batch; n++) {
          const REAL *pixels = x + n * image + o / multiplier, *g = dy + n * gradient + o;
          REAL sum = 0;
          for (ptrdiff_t i = 0; i < w->output_height; i++) {
            taps rows = row_taps(w, i);
            if (r < rows.begin || r >= rows.end) continue;
            for (ptrdiff_t j = 0; j < w->output_width; j++) {
              taps columns = column_taps(w, j);
              if (s < columns.begin || s >= columns.end) continue;
              ptrdiff_t from = tap_position(w, rows, columns, r, s), to = i * w->output_width + j;
              sum += pixels[from * w->channels] * g[to * outputs];
            }
          }
          total += sum;
        }
        REAL *target = dweights + (o * w->kernel_height + r) * w->kernel_width + s;
        *target = (REAL)(accumulate ? *target + total : total);
      }
    }
  }
}
