// Sums down the columns of a matrix.
//
// Rows are added in blocks of at most CK_ROW_BLOCK in REAL, and the blocks' sums in double: accurate for the hundred
// thousand rows that a batch of images is, and vectorised across columns.

enum { K(column_block) = 256 };

// partial[c] = Σ over the block's rows of x[r, c]
CK_CLONES static void K(column_block_sums)(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const REAL *x, double *totals) {
  REAL partial[K(column_block)];
  for (ptrdiff_t c = 0; c < columns; c++) partial[c] = 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t c = 0; c < columns; c++) partial[c] += x[r * stride + c];
  }
  for (ptrdiff_t c = 0; c < columns; c++) totals[c] += partial[c];
}

static void K(column_sums)(ptrdiff_t rows, ptrdiff_t columns, const REAL *x, REAL *sums, bool accumulate) {
  for (ptrdiff_t first = 0; first < columns; first += K(column_block)) {
    ptrdiff_t width = columns - first < K(column_block) ? columns - first : K(column_block);
    double totals[K(column_block)] = {0};
    for (ptrdiff_t r = 0; r < rows; r += CK_ROW_BLOCK) {
      ptrdiff_t height = rows - r < CK_ROW_BLOCK ? rows - r : CK_ROW_BLOCK;
      K(column_block_sums)(height, width, columns, x + r * columns + first, totals);
    }
    for (ptrdiff_t c = 0; c < width; c++) {
      sums[first + c] = (REAL)(accumulate ? sums[first + c] + totals[c] : totals[c]);
    }
  }
}
