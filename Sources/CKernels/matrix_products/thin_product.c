// Products of few rows with the rows of a large matrix; see ck_thin_product.h.
//
// A library packs both factors first, which pays if each packed element is used hundreds of times. Here all rows are contiguous
// along the inner dimension already: vectors go along it, a tile of rows keeps all its sums in registers, and their lanes are
// added at the end.
#include "../common/lanes.h"

enum {
  // Rows of a and of b that a tile sums at once: its sums and one vector of each row fit AVX-512's 32 registers.
  tile_rows = 4,
  tile_columns = 5,
  // Elements of a row summed before the lanes are: a tile's rows of b (20 KiB) stay in the first-level cache.
  inner_block = 1024,
  // Rows of a that stay in the second-level cache while all of b is read.
  row_block = 128,
};

typedef int32_t words __attribute__((vector_size(4 * lane_count)));
#define CK_MASKED(x, mask) ((lanes)((words)(x) & (mask)))

typedef struct {
  ptrdiff_t inner, stride_a, stride_b, stride_c;
  float factor;
  bool adding;
} thin_product;

// Prefetches `count` elements, from `first` on, of each of a tile's rows of b.
typedef struct {
  const float *rows;
  ptrdiff_t first, count;
} upcoming;

CK_INLINE void store_quad(const thin_product *p, quad sums, float *c) {
  *(quad_anywhere *)c = p->adding ? *(const quad_anywhere *)c + p->factor * sums : p->factor * sums;
}

CK_INLINE void store_one(const thin_product *p, float sum, float *c) {
  *c = p->adding ? *c + p->factor * sum : p->factor * sum;
}

// Every tile except the full one is 1 wide, in rows or columns.
CK_INLINE void tile(
    int rows, int columns, const thin_product *p, const float *a, const float *b, float *c, upcoming next) {
  lanes sums[tile_rows][tile_columns];
  for (int m = 0; m < tile_rows; m++) {
    for (int n = 0; n < tile_columns; n++) sums[m][n] = (lanes){0};
  }
  ptrdiff_t i = 0;
  for (; i + lane_count <= p->inner; i += lane_count) {
    lanes row[tile_columns];
    for (int n = 0; n < columns; n++) row[n] = CK_LOAD(b + n * p->stride_b + i);
    for (int m = 0; m < rows; m++) {
      lanes x = CK_LOAD(a + m * p->stride_a + i);
      for (int n = 0; n < columns; n++) sums[m][n] += x * row[n];
    }
    if (i < next.count) {
      for (int n = 0; n < columns; n++) __builtin_prefetch(next.rows + n * p->stride_b + next.first + i, 0, 2);
    }
  }
  if (i < p->inner) {
    // The last elements, with earlier ones masked out.
    const words lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    ptrdiff_t last = p->inner - lane_count;
    words mask = lane >= (int32_t)(i - last);
    lanes row[tile_columns];
    for (int n = 0; n < columns; n++) row[n] = CK_MASKED(CK_LOAD(b + n * p->stride_b + last), mask);
    for (int m = 0; m < rows; m++) {
      lanes x = CK_MASKED(CK_LOAD(a + m * p->stride_a + last), mask);
      for (int n = 0; n < columns; n++) sums[m][n] += x * row[n];
    }
  }
  quad total;
  for (int m = 0; m < rows && columns == tile_columns; m++) {
    CK_SUM_LANES(sums[m][0], sums[m][1], sums[m][2], sums[m][3], total);
    store_quad(p, total, c + m * p->stride_c);
  }
  int last = columns - 1;
  CK_SUM_LANES(sums[0][last], sums[1][last], sums[2][last], sums[3][last], total);
  for (int m = 0; m < rows; m++) store_one(p, total[m], c + m * p->stride_c + last);
}

// All rows of a with a tile's rows of b.
CK_INLINE void strip(
    int columns, ptrdiff_t rows, const thin_product *p, const float *a, const float *b, float *c, const float *next) {
  ptrdiff_t tiles = rows / tile_rows, step = next && tiles ? (p->inner / tiles + lane_count) / lane_count * lane_count : 0;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    ptrdiff_t from = t * step, left = p->inner - from;
    upcoming soon = {next, from, left < step ? left : step};
    tile(tile_rows, columns, p, a + t * tile_rows * p->stride_a, b, c + t * tile_rows * p->stride_c, soon);
  }
  for (ptrdiff_t m = tiles * tile_rows; m < rows; m++) {
    tile(1, columns, p, a + m * p->stride_a, b, c + m * p->stride_c, (upcoming){next, 0, 0});
  }
}

CK_CLONES static void block(
    ptrdiff_t rows, ptrdiff_t columns, const thin_product *p, const float *a, const float *b, float *c) {
  ptrdiff_t n = 0;
  for (; n + tile_columns <= columns; n += tile_columns) {
    const float *next = n + 2 * tile_columns <= columns ? b + (n + tile_columns) * p->stride_b : NULL;
    strip(tile_columns, rows, p, a, b + n * p->stride_b, c + n, next);
  }
  for (; n < columns; n++) strip(1, rows, p, a, b + n * p->stride_b, c + n, NULL);
}

void ck_thin_product(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t inner, float factor, const float *a, ptrdiff_t stride_a,
    const float *b, ptrdiff_t stride_b, bool accumulate, float *c, ptrdiff_t stride_c) {
  // Equal parts of whole vectors, the last one with the rest; none is shorter than a vector.
  ptrdiff_t parts = (inner + inner_block - 1) / inner_block, vectors = inner / lane_count;
  for (ptrdiff_t part = 0; part < parts; part++) {
    ptrdiff_t k = vectors * part / parts * lane_count;
    ptrdiff_t end = part + 1 < parts ? vectors * (part + 1) / parts * lane_count : inner;
    thin_product p = {end - k, stride_a, stride_b, stride_c, factor, accumulate || part > 0};
    for (ptrdiff_t m = 0; m < rows; m += row_block) {
      ptrdiff_t count = rows - m < row_block ? rows - m : row_block;
      block(count, columns, &p, a + m * stride_a + k, b + k, c + m * stride_c);
    }
  }
}
