// Patches as matrix rows, and depthwise convolution; see ck_convolution.h.

// Usual pieces of colour images (kernels 3 to 8) are copied inline: a call of memcpy would take longer.
CK_INLINE void K(copy_piece)(ptrdiff_t n, const REAL *x, REAL *y) {
  switch (n) {
    case 9: memcpy(y, x, 9 * sizeof(REAL)); break;
    case 12: memcpy(y, x, 12 * sizeof(REAL)); break;
    case 15: memcpy(y, x, 15 * sizeof(REAL)); break;
    case 21: memcpy(y, x, 21 * sizeof(REAL)); break;
    case 24: memcpy(y, x, 24 * sizeof(REAL)); break;
    default: memcpy(y, x, n * sizeof(REAL));
  }
}

CK_INLINE void K(zero_piece)(ptrdiff_t n, REAL *y) {
  if (n) memset(y, 0, n * sizeof(REAL));
}

CK_CLONES static void K(im2col)(
    const ck_window *w, ptrdiff_t first_channel, ptrdiff_t group_channels, const REAL *x, REAL *columns) {
  ptrdiff_t channels = w->channels, line_length = w->kernel_width * group_channels;
  // Neighbouring taps are neighbours in memory.
  bool contiguous = group_channels == channels && w->dilation_width == 1;
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    const REAL *image = x + n * w->height * w->width * channels + first_channel;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps inside = column_taps(w, j);
        for (ptrdiff_t r = 0; r < w->kernel_height; r++, columns += line_length) {
          ptrdiff_t row = i * w->stride_height - w->padding_top + r * w->dilation_height;
          if (row < 0 || row >= w->height) {
            K(zero_piece)(line_length, columns);
            continue;
          }
          const REAL *line = image + (row * w->width + inside.origin) * channels;
          K(zero_piece)(inside.begin * group_channels, columns);
          if (contiguous) {
            ptrdiff_t skip = inside.begin * channels;
            K(copy_piece)((inside.end - inside.begin) * channels, line + skip, columns + skip);
          } else {
            for (ptrdiff_t s = inside.begin; s < inside.end; s++) {
              K(copy_piece)(group_channels, line + s * w->dilation_width * channels, columns + s * group_channels);
            }
          }
          K(zero_piece)(line_length - inside.end * group_channels, columns + inside.end * group_channels);
        }
      }
    }
  }
}

CK_INLINE void K(add_piece)(ptrdiff_t n, const REAL *restrict x, REAL *restrict y) {
  for (ptrdiff_t c = 0; c < n; c++) y[c] += x[c];
}

CK_CLONES static void K(col2im)(
    const ck_window *w, ptrdiff_t first_channel, ptrdiff_t group_channels, const REAL *columns, REAL *dx,
    bool accumulate) {
  ptrdiff_t channels = w->channels, line_length = w->kernel_width * group_channels;
  bool contiguous = group_channels == channels && w->dilation_width == 1;
  for (ptrdiff_t p = 0; !accumulate && p < w->batch * w->height * w->width; p++) {
    K(zero_piece)(group_channels, dx + p * channels + first_channel);
  }
  for (ptrdiff_t n = 0; n < w->batch; n++) {
    REAL *image = dx + n * w->height * w->width * channels + first_channel;
    for (ptrdiff_t i = 0; i < w->output_height; i++) {
      for (ptrdiff_t j = 0; j < w->output_width; j++) {
        taps inside = column_taps(w, j);
        for (ptrdiff_t r = 0; r < w->kernel_height; r++, columns += line_length) {
          ptrdiff_t row = i * w->stride_height - w->padding_top + r * w->dilation_height;
          if (row < 0 || row >= w->height) continue;
          REAL *line = image + (row * w->width + inside.origin) * channels;
          if (contiguous) {
            ptrdiff_t skip = inside.begin * channels;
            K(add_piece)((inside.end - inside.begin) * channels, columns + skip, line + skip);
          } else {
            for (ptrdiff_t s = inside.begin; s < inside.end; s++) {
              K(add_piece)(group_channels, columns + s * group_channels, line + s * w->dilation_width * channels);
            }
          }
        }
      }
    }
  }
}
