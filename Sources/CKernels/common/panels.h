// Cuts a matrix into panels, for kernels that work along its columns.
//
// A panel is a range of columns whose tables and sums fit the stack and the first-level cache. If a matrix has few columns,
// several of its rows count as one, so that the inner loop is long: the matrix's columns then repeat.
#ifndef CK_PANELS_H
#define CK_PANELS_H

#include "kernels.h"

enum {
  /// Columns of the widest panel.
  CK_PANEL = 256,
  /// Rows that are summed in the kernel's own type before they go into a double.
  CK_ROW_BLOCK = 64,
};

typedef struct {
  /// The matrix's columns in this panel, and the first of them.
  ptrdiff_t first, columns;
  /// Width of the panel's rows (a multiple of `columns`), and elements from one row to the next.
  ptrdiff_t rows, width, stride;
  /// Columns of a last, incomplete row; only if several rows count as one.
  ptrdiff_t tail;
  /// Number of blocks of at most CK_ROW_BLOCK rows, including the incomplete row.
  ptrdiff_t blocks;
} panel;

/// The panel that starts at column `first`, a multiple of CK_PANEL.
CK_INLINE panel panel_at(ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first) {
  panel p = {.first = first, .columns = columns - first, .rows = rows, .stride = columns};
  if (p.columns > CK_PANEL) p.columns = CK_PANEL;
  p.width = p.columns;
  if (columns <= CK_PANEL / 2) {
    ptrdiff_t rows_per_line = CK_PANEL / columns;
    p.width = p.stride = rows_per_line * columns;
    p.rows = rows / rows_per_line;
    p.tail = rows % rows_per_line * columns;
  }
  p.blocks = (p.rows + CK_ROW_BLOCK - 1) / CK_ROW_BLOCK + (p.tail > 0);
  return p;
}

/// A part of a panel: where it starts in the matrix, and its size.
typedef struct {
  ptrdiff_t offset, rows, width;
} block;

CK_INLINE block panel_block(panel p, ptrdiff_t index) {
  ptrdiff_t row = index * CK_ROW_BLOCK, left = p.rows - row;
  if (left <= 0) return (block){p.first + p.rows * p.stride, 1, p.tail};
  return (block){p.first + row * p.stride, left < CK_ROW_BLOCK ? left : CK_ROW_BLOCK, p.width};
}

/// Adds up the repeats of each column.
CK_INLINE void panel_reduce(panel p, double *totals) {
  for (ptrdiff_t c = p.columns; c < p.width; c++) totals[c % p.columns] += totals[c];
}

#endif
