// Rearrangements; see ck_layout.h.

CK_CLONES static void K(copy_rows)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *x, ptrdiff_t x_stride, REAL *y, ptrdiff_t y_stride,
    bool accumulate) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const REAL *from = x + r * x_stride;
    REAL *to = y + r * y_stride;
    if (accumulate) {
      for (ptrdiff_t c = 0; c < columns; c++) to[c] += from[c];
    } else {
      for (ptrdiff_t c = 0; c < columns; c++) to[c] = from[c];
    }
  }
}

// In tiles of 8 × 8, so that both sides are touched in whole pieces of cache lines.
CK_CLONES static void K(transpose)(ptrdiff_t rows, ptrdiff_t columns, const REAL *x, REAL *y) {
  enum { tile = 8 };
  for (ptrdiff_t r = 0; r < rows; r += tile) {
    ptrdiff_t height = rows - r < tile ? rows - r : tile;
    for (ptrdiff_t c = 0; c < columns; c += tile) {
      ptrdiff_t width = columns - c < tile ? columns - c : tile;
      for (ptrdiff_t j = 0; j < width; j++) {
        for (ptrdiff_t i = 0; i < height; i++) y[(c + j) * rows + r + i] = x[(r + i) * columns + c + j];
      }
    }
  }
}
