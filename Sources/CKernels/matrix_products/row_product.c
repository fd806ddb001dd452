// Dot products of a matrix's rows with one vector; see ck_row_product.h.
#include "../common/lanes.h"

CK_INLINE float tail_dot(ptrdiff_t first, ptrdiff_t columns, const float *row, const float *vector) {
  float sum = 0;
  for (ptrdiff_t c = first; c < columns; c++) sum += row[c] * vector[c];
  return sum;
}

CK_INLINE void store(float factor, const float *sums, ptrdiff_t count, bool accumulate, float *result) {
  for (ptrdiff_t r = 0; r < count; r++) result[r] = accumulate ? result[r] + factor * sums[r] : factor * sums[r];
}

// One row after the other: processors read one stream from memory twice as fast as four.
CK_CLONES static void long_rows(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float factor, const float *matrix, const float *vector,
    bool accumulate, float *result) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *row = matrix + r * stride;
    lanes sums[4] = {{0}, {0}, {0}, {0}};
    ptrdiff_t c = 0;
    for (; c + 4 * lane_count <= columns; c += 4 * lane_count) {
      sums[0] += CK_LOAD(row + c) * CK_LOAD(vector + c);
      sums[1] += CK_LOAD(row + c + lane_count) * CK_LOAD(vector + c + lane_count);
      sums[2] += CK_LOAD(row + c + 2 * lane_count) * CK_LOAD(vector + c + 2 * lane_count);
      sums[3] += CK_LOAD(row + c + 3 * lane_count) * CK_LOAD(vector + c + 3 * lane_count);
    }
    for (; c + lane_count <= columns; c += lane_count) sums[0] += CK_LOAD(row + c) * CK_LOAD(vector + c);
    quad four;
    CK_SUM_LANES(sums[0], sums[1], sums[2], sums[3], four);
    float sum = (four[0] + four[1]) + (four[2] + four[3]) + tail_dot(c, columns, row, vector);
    store(factor, &sum, 1, accumulate, result + r);
  }
}

// Four rows at once, whose lanes are then summed together: with short rows, summing lanes costs most.
CK_CLONES static void short_rows(
    ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float factor, const float *matrix, const float *vector,
    bool accumulate, float *result) {
  ptrdiff_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *row = matrix + r * stride;
    lanes sums[4] = {{0}, {0}, {0}, {0}};
    ptrdiff_t c = 0;
    for (; c + lane_count <= columns; c += lane_count) {
      lanes x = CK_LOAD(vector + c);
      sums[0] += x * CK_LOAD(row + c);
      sums[1] += x * CK_LOAD(row + stride + c);
      sums[2] += x * CK_LOAD(row + 2 * stride + c);
      sums[3] += x * CK_LOAD(row + 3 * stride + c);
    }
    quad four;
    CK_SUM_LANES(sums[0], sums[1], sums[2], sums[3], four);
    for (int i = 0; i < 4; i++) four[i] += tail_dot(c, columns, row + i * stride, vector);
    store(factor, (const float *)&four, 4, accumulate, result + r);
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
