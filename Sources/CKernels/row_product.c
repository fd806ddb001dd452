// Dot products of a matrix's rows with one vector; see ck_row_product.h. Vectors of a fixed width, so that the order of
// the sums is the same on every processor but for what its instructions fuse.
#include "kernels.h"

enum { width = 16 };
typedef float lanes __attribute__((vector_size(4 * width)));
// At any address.
typedef float lanes_anywhere __attribute__((vector_size(4 * width), aligned(4)));

CK_INLINE float tail_dot(ptrdiff_t first, ptrdiff_t columns, const float *row, const float *vector) {
  float sum = 0;
  for (ptrdiff_t c = first; c < columns; c++) sum += row[c] * vector[c];
  return sum;
}

#define CK_LOAD(address) (*(const lanes_anywhere *)(address))
// Halves of each four elements of a and b beside each other.
#define CK_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define CK_HIGH(a, b) \
  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define CK_EVEN(a, b) \
  __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30)
#define CK_ODD(a, b) \
  __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31)

// Sums of the four rows' lanes, in the order of the rows.
CK_INLINE void sum_lanes(const lanes *rows, float *sums) {
  lanes first = CK_LOW(rows[0], rows[1]) + CK_HIGH(rows[0], rows[1]);
  lanes second = CK_LOW(rows[2], rows[3]) + CK_HIGH(rows[2], rows[3]);
  lanes both = CK_EVEN(first, second) + CK_ODD(first, second);
  for (int r = 0; r < 4; r++) sums[r] = (both[r] + both[4 + r]) + (both[8 + r] + both[12 + r]);
}

CK_INLINE void store(float factor, const float *sums, ptrdiff_t count, bool accumulate, float *result) {
  for (ptrdiff_t r = 0; r < count; r++) result[r] = accumulate ? result[r] + factor * sums[r] : factor * sums[r];
}

// One row after the other: one stream, which processors read from memory twice as fast as four.
CK_CLONES static void long_rows(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float factor, const float *matrix, const float *vector,
    bool accumulate, float *result) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *row = matrix + r * stride;
    lanes sums[4] = {{0}, {0}, {0}, {0}};
    ptrdiff_t c = 0;
    for (; c + 4 * width <= columns; c += 4 * width) {
      sums[0] += CK_LOAD(row + c) * CK_LOAD(vector + c);
      sums[1] += CK_LOAD(row + c + width) * CK_LOAD(vector + c + width);
      sums[2] += CK_LOAD(row + c + 2 * width) * CK_LOAD(vector + c + 2 * width);
      sums[3] += CK_LOAD(row + c + 3 * width) * CK_LOAD(vector + c + 3 * width);
    }
    for (; c + width <= columns; c += width) sums[0] += CK_LOAD(row + c) * CK_LOAD(vector + c);
    float four[4];
    sum_lanes(sums, four);
    float sum = (four[0] + four[1]) + (four[2] + four[3]) + tail_dot(c, columns, row, vector);
    store(factor, &sum, 1, accumulate, result + r);
  }
}

// Four rows at once, whose lanes are then summed together: what costs most where rows are short.
CK_CLONES static void short_rows(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float factor, const float *matrix, const float *vector,
    bool accumulate, float *result) {
  ptrdiff_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *row = matrix + r * stride;
    lanes sums[4] = {{0}, {0}, {0}, {0}};
    ptrdiff_t c = 0;
    for (; c + width <= columns; c += width) {
      lanes x = CK_LOAD(vector + c);
      sums[0] += x * CK_LOAD(row + c);
      sums[1] += x * CK_LOAD(row + stride + c);
      sums[2] += x * CK_LOAD(row + 2 * stride + c);
      sums[3] += x * CK_LOAD(row + 3 * stride + c);
    }
    float four[4];
    sum_lanes(sums, four);
    for (int i = 0; i < 4; i++) four[i] += tail_dot(c, columns, row + i * stride, vector);
    store(factor, four, 4, accumulate, result + r);
  }
  for (; r < rows; r++) {
    float sum = tail_dot(0, columns, matrix + r * stride, vector);
    store(factor, &sum, 1, accumulate, result + r);
  }
}

void ck_matrix_vector(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float factor, const float *matrix, const float *vector,
    bool accumulate, float *result) {
  if (columns >= 256) {
    long_rows(rows, columns, stride, factor, matrix, vector, accumulate, result);
  } else {
    short_rows(rows, columns, stride, factor, matrix, vector, accumulate, result);
  }
}
