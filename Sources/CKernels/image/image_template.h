// Converts one 8-bit image to normalised numbers; see ck_image.h. Bytes are gathered in the order of the output, a piece of a row
// at a time, then converted and normalised in one vectorised loop.

CK_CLONES static void K(normalize_piece)(
    ptrdiff_t n, const uint8_t *pixels, REAL scale, const REAL *mean, const REAL *inverse_deviation, REAL *y) {
  if (mean) {
    for (ptrdiff_t k = 0; k < n; k++) y[k] = (scale * pixels[k] - mean[k]) * inverse_deviation[k];
  } else {
    for (ptrdiff_t k = 0; k < n; k++) y[k] = scale * pixels[k];
  }
}

static void K(image_normalize)(
    const ck_image *image, const uint8_t *pixels, REAL scale, ck_table table, const REAL *mean,
    const REAL *inverse_deviation, REAL *y) {
  ptrdiff_t width = image->columns, channels = image->channels;
  if (channels < 1) __builtin_trap();
  // Whole pixels if they fit into a piece, else parts of one.
  ptrdiff_t part = channels < CK_PIECE ? channels : CK_PIECE;
  ptrdiff_t piece = CK_PIECE / part < width ? CK_PIECE / part : width;
  uint8_t gathered[CK_PIECE];
  // A table of channels is repeated to the length of a piece of several pixels.
  bool repeated = table == CK_PER_CHANNEL && piece > 1;
  REAL means[CK_PIECE], inverses[CK_PIECE];
  for (ptrdiff_t k = 0; repeated && k < piece * channels; k++) {
    means[k] = mean[k % channels];
    inverses[k] = inverse_deviation[k % channels];
  }
  for (ptrdiff_t i = 0; i < image->rows; i++) {
    for (ptrdiff_t j = 0; j < width; j += piece) {
      ptrdiff_t columns = width - j < piece ? width - j : piece;
      for (ptrdiff_t first = 0; first < channels; first += part) {
        ptrdiff_t count = channels - first < part ? channels - first : part;
        ptrdiff_t at = (i * width + j) * channels + first, entry = table == CK_PER_CHANNEL ? first : at;
        gather(image, pixels, i, j, columns, first, count, gathered);
        const REAL *m = table == CK_NO_TABLE ? NULL : repeated ? means : mean + entry;
        const REAL *d = table == CK_NO_TABLE ? NULL : repeated ? inverses : inverse_deviation + entry;
        K(normalize_piece)(columns * count, gathered, scale, m, d, y + at);
      }
    }
  }
}
