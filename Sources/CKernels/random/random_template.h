// Draws of real numbers and dropout; see ck_random.h.

// A double uses a pair of words, a float one word.
CK_INLINE REAL K(unit)(const uint32_t *words, ptrdiff_t i) {
  if (sizeof(REAL) == sizeof(double)) {
    uint64_t bits = (uint64_t)words[2 * i] << 32 | words[2 * i + 1];
    return (REAL)(bits >> 11) * (REAL)0x1p-53;
  }
  return (REAL)(words[i] >> 8) * (REAL)0x1p-24;
}

static void K(random_uniform)(ck_stream stream, ptrdiff_t n, REAL low, REAL high, REAL *y) {
  enum { buffer = 256, per = sizeof(REAL) == sizeof(double) ? 2 : 1 };
  uint32_t words[buffer * per];
  for (ptrdiff_t i = 0; i < n; i += buffer) {
    ptrdiff_t size = n - i < buffer ? n - i : buffer;
    ck_random_words(stream, (uint64_t)i * per, size * per, words);
    for (ptrdiff_t k = 0; k < size; k++) {
      REAL v = low + (high - low) * K(unit)(words, k);
      // Rounding may reach the open end.
      y[i + k] = v < high || low == high ? v : low;
    }
  }
}

static void K(random_normal)(ck_stream stream, ptrdiff_t n, double mean, double deviation, REAL *y) {
  enum { buffer = 128 };
  uint32_t words[2 * buffer];
  for (ptrdiff_t i = 0; i < n; i += buffer) {
    ptrdiff_t size = n - i < buffer ? n - i : buffer;
    ck_random_words(stream, (uint64_t)i * 2, (size + 1) / 2 * 4, words);
    for (ptrdiff_t k = 0; k < size; k += 2) {
      // 1 − u is in (0, 1]: the logarithm must exist.
      double radius = deviation * sqrt_f64(-2 * log(1 - unit_f64(words, k)));
      double angle = 2 * M_PI * unit_f64(words, k + 1);
      y[i + k] = (REAL)(mean + radius * cos(angle));
      if (k + 1 < size) y[i + k + 1] = (REAL)(mean + radius * sin(angle));
    }
  }
}

CK_CLONES static void K(dropout_row)(
    ck_stream stream, ptrdiff_t n, uint32_t threshold, REAL factor, const REAL *x, REAL *y, uint8_t *mask) {
  enum { buffer = 256 };
  uint32_t words[buffer];
  for (ptrdiff_t i = 0; i < n; i += buffer) {
    ptrdiff_t size = n - i < buffer ? n - i : buffer;
    stream_blocks(stream, (uint32_t)(i / 4), (size + 3) / 4, words);
    for (ptrdiff_t k = 0; k < size; k++) {
      bool keep = words[k] >= threshold;
      mask[i + k] = keep;
      y[i + k] = keep ? x[i + k] * factor : 0;
    }
  }
}

static void K(dropout_forward)(
    ptrdiff_t rows, ptrdiff_t row_length, double rate, ck_stream stream, const uint32_t *samples, const REAL *x,
    REAL *y, uint8_t *mask) {
  uint32_t threshold = (uint32_t)(rate * 0x1p32), first = stream.sample;
  for (ptrdiff_t r = 0; r < rows; r++) {
    ptrdiff_t at = r * row_length;
    stream.sample = samples ? samples[r] : first + (uint32_t)r;
    K(dropout_row)(stream, row_length, threshold, (REAL)(1 / (1 - rate)), x + at, y + at, mask + at);
  }
}

CK_CLONES static void K(dropout_again)(
    ck_stream stream, uint32_t block, ptrdiff_t n, uint32_t threshold, REAL factor, REAL *x) {
  enum { buffer = 256 };
  uint32_t words[buffer];
  for (ptrdiff_t i = 0; i < n; i += buffer) {
    ptrdiff_t size = n - i < buffer ? n - i : buffer;
    stream_blocks(stream, block + (uint32_t)(i / 4), (size + 3) / 4, words);
    for (ptrdiff_t k = 0; k < size; k++) x[i + k] = words[k] >= threshold ? x[i + k] * factor : 0;
  }
}

static void K(dropout_in_place)(
    ptrdiff_t rows, ptrdiff_t columns, double rate, ck_stream stream, uint32_t first_block, uint32_t row_blocks,
    REAL *x) {
  uint32_t threshold = (uint32_t)(rate * 0x1p32);
  for (ptrdiff_t r = 0; r < rows; r++) {
    uint32_t block = first_block + (uint32_t)r * row_blocks;
    K(dropout_again)(stream, block, columns, threshold, (REAL)(1 / (1 - rate)), x + r * columns);
  }
}

CK_CLONES static void K(dropout_backward)(
    ptrdiff_t n, REAL factor, const uint8_t *mask, const REAL *dy, REAL *dx, bool accumulate) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < n; i++) {
    REAL g = mask[i] ? dy[i] * factor : 0;
    dx[i] = accumulate ? dx[i] + g : g;
  }
}
