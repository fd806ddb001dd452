// Patches as matrix rows, and depthwise convolution; see ck_convolution.h.

static void K(im2col)(
    const ck_window *w, ptrdiff_t first_channel, ptrdiff_t group_channels, const REAL *x, REAL *columns) {
  ptrdiff_t channels = w->channels, bytes = group_channels * sizeof(REAL);
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    const REAL *image = x + n * w->height * w->width * channels + first_channel;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps inside = column_taps(w, j);
        for (ptrdiff_t r = 0; r < w->kernel_height; r++, columns += w->kernel_width * group_channels) {
          ptrdiff_t row = i * w->stride_height - w->padding_top + r * w->dilation_height;
          if (row < 0 || row >= w->height) {
            memset(columns, 0, w->kernel_width * bytes);
            continue;
          }
          const REAL *line = image + row * w->width * channels;
          memset(columns, 0, inside.begin * bytes);
          if (group_channels == channels && w->dilation_width == 1) {
            // Neighbouring taps are neighbours in memory.
            memcpy(
                columns + inside.begin * channels, line + (inside.origin + inside.begin) * channels,
                (inside.end - inside.begin) * bytes);
          } else {
            for (ptrdiff_t s = inside.begin; s < inside.end; s++) {
              memcpy(
                  columns + s * group_channels, line + (inside.origin + s * w->dilation_width) * channels, bytes);
            }
          }
          memset(columns + inside.end * group_channels, 0, (w->kernel_width - inside.end) * bytes);
        }
      }
    }
  }
}

CK_CLONES static void K(col2im_line)(ptrdiff_t n, const REAL *x, REAL *y) {
  for (ptrdiff_t c = 0; c < n; c++) y[c] += x[c];
}

static void K(col2im)(
    const ck_window *w, ptrdiff_t first_channel, ptrdiff_t group_channels, const REAL *columns, REAL *dx,
    bool accumulate) {
  ptrdiff_t channels = w->channels;
  for (ptrdiff_t p = 0; !accumulate && p < w->batch * w->height * w->width; p++) {
    memset(dx + p * channels + first_channel, 0, group_channels * sizeof(REAL));
  }
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    REAL *image = dx + n * w->height * w->width * channels + first_channel;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps inside = column_taps(w, j);
        for (ptrdiff_t r = 0; r < w->kernel_height; r++, columns += w->kernel_width * group_channels) {
          ptrdiff_t row = i * w->stride_height - w->padding_top + r * w->dilation_height;
          if (row < 0 || row >= w->height) continue;
          REAL *line = image + row * w->width * channels;
          if (group_channels == channels && w->dilation_width == 1) {
            K(col2im_line)(
                (inside.end - inside.begin) * channels, columns + inside.begin * channels,
                line + (inside.origin + inside.begin) * channels);
          } else {
            for (ptrdiff_t s = inside.begin; s < inside.end; s++) {
              K(col2im_line)(
                  group_channels, columns + s * group_channels,
                  line + (inside.origin + s * w->dilation_width) * channels);
            }
          }
        }
      }
    }
  }
}
