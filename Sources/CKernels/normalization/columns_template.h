// Adds a bias row to a matrix, and computes its gradient: sums of columns, with the activation between them.
//
// Rows of a block are added in REAL, sums of blocks in double. That is accurate for a batch of images with a hundred thousand
// rows, and vectorises across columns.

CK_CLONES static void K(block_sums)(
    block b, ptrdiff_t stride, const REAL *x, double *totals) {
  REAL sum[CK_PANEL] = {0};
  for (ptrdiff_t r = 0; r < b.rows; r++) {
    for (ptrdiff_t c = 0; c < b.width; c++) sum[c] += x[r * stride + c];
  }
  for (ptrdiff_t c = 0; c < b.width; c++) totals[c] += sum[c];
}

// dx = dy where y > 0, else 0; and its sums
CK_CLONES static void K(block_relu_sums)(
    block b, ptrdiff_t stride, const REAL *y, const REAL *dy, REAL *dx, double *totals) {
  REAL sum[CK_PANEL] = {0};
  for (ptrdiff_t r = 0; r < b.rows; r++) {
    CK_IN_PLACE
    for (ptrdiff_t c = 0; c < b.width; c++) {
      REAL g = y[r * stride + c] > 0 ? dy[r * stride + c] : 0;
      dx[r * stride + c] = g;
      sum[c] += g;
    }
  }
  for (ptrdiff_t c = 0; c < b.width; c++) totals[c] += sum[c];
}

static void K(write_sums)(panel p, double *totals, REAL *sums, bool accumulate) {
  panel_reduce(p, totals);
  REAL *to = sums + p.first;
  for (ptrdiff_t c = 0; c < p.columns; c++) to[c] = (REAL)(accumulate ? to[c] + totals[c] : totals[c]);
}

static void K(column_sums)(ptrdiff_t rows, ptrdiff_t columns, const REAL *x, REAL *sums, bool accumulate) {
  for (ptrdiff_t first = 0; first < columns; first += CK_PANEL) {
    panel p = panel_at(rows, columns, first);
    double totals[CK_PANEL] = {0};
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block b = panel_block(p, i);
      K(block_sums)(b, p.stride, x + b.offset, totals);
    }
    K(write_sums)(p, totals, sums, accumulate);
  }
}

static void K(relu_column_sums)(
    ptrdiff_t rows, ptrdiff_t columns, const REAL *y, const REAL *dy, REAL *dx, REAL *sums, bool accumulate) {
  for (ptrdiff_t first = 0; first < columns; first += CK_PANEL) {
    panel p = panel_at(rows, columns, first);
    double totals[CK_PANEL] = {0};
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block b = panel_block(p, i);
      K(block_relu_sums)(b, p.stride, y + b.offset, dy + b.offset, dx + b.offset, totals);
    }
    K(write_sums)(p, totals, sums, accumulate);
  }
}

CK_CLONES static void K(block_add_row)(
    block b, ptrdiff_t stride, bool relu, const REAL *x, const REAL *bias, REAL *y) {
  for (ptrdiff_t r = 0; r < b.rows; r++) {
    const REAL *from = x + r * stride;
    REAL *to = y + r * stride;
    if (relu) {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < b.width; c++) {
        REAL v = from[c] + bias[c];
        to[c] = v < 0 ? 0 : v;
      }
    } else {
      CK_IN_PLACE
      for (ptrdiff_t c = 0; c < b.width; c++) to[c] = from[c] + bias[c];
    }
  }
}

static void K(add_row)(
    ptrdiff_t rows, ptrdiff_t columns, bool relu, const REAL *x, const REAL *bias, REAL *y) {
  for (ptrdiff_t first = 0; first < columns; first += CK_PANEL) {
    panel p = panel_at(rows, columns, first);
    REAL repeated[CK_PANEL];
    for (ptrdiff_t c = 0; c < p.width; c++) repeated[c] = bias[first + c % p.columns];
    for (ptrdiff_t i = 0; i < p.blocks; i++) {
      block b = panel_block(p, i);
      K(block_add_row)(b, p.stride, relu, x + b.offset, repeated, y + b.offset);
    }
  }
}
