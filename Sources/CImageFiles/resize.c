// Separable resampling with a triangle filter.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// Source pixels first..<first + count of one target pixel along an axis, and their weights.
typedef struct {
  ptrdiff_t first, count;
} ci_span;

/// Spans and weights (`*stride` for each target pixel) of one axis. The filter's half-width is one source pixel when
/// enlarging, one target pixel when shrinking.
static bool ci_make_filter(
    ptrdiff_t source, ptrdiff_t target, ci_span **spans, float **weights, ptrdiff_t *stride) {
  double scale = (double)source / (double)target;
  double support = scale > 1 ? scale : 1;
  *stride = 2 * (ptrdiff_t)ceil(support) + 1;
  *spans = malloc((size_t)target * sizeof(ci_span));
  *weights = malloc((size_t)(target * *stride) * sizeof(float));
  if (!*spans || !*weights) return false;
  for (ptrdiff_t i = 0; i < target; i++) {
    double centre = ((double)i + 0.5) * scale;
    ptrdiff_t first = (ptrdiff_t)(centre - support + 0.5), end = (ptrdiff_t)(centre + support + 0.5);
    if (first < 0) first = 0;
    if (end > source) end = source;
    float *weight = *weights + i * *stride;
    double total = 0;
    for (ptrdiff_t j = first; j < end; j++) {
      double distance = fabs((double)j + 0.5 - centre) / support;
      double w = distance < 1 ? 1 - distance : 0;
      weight[j - first] = (float)w;
      total += w;
    }
    for (ptrdiff_t j = 0; j < end - first; j++) weight[j] = (float)(weight[j] / total);
    (*spans)[i] = (ci_span){first, end - first};
  }
  return true;
}

/// One row of the source, scaled across.
static void ci_narrow_row(
    const uint8_t *source, const ci_span *columns, const float *weights, ptrdiff_t stride, float *target,
    ptrdiff_t width, ptrdiff_t channels) {
  for (ptrdiff_t x = 0; x < width; x++) {
    const float *weight = weights + x * stride;
    const uint8_t *first = source + columns[x].first * channels;
    for (ptrdiff_t c = 0; c < channels; c++) {
      float sum = 0;
      for (ptrdiff_t j = 0; j < columns[x].count; j++) sum += weight[j] * (float)first[j * channels + c];
      target[x * channels + c] = sum;
    }
  }
}

bool ci_resize(
    const uint8_t *source, ptrdiff_t source_height, ptrdiff_t source_width, uint8_t *target, ptrdiff_t target_height,
    ptrdiff_t target_width, ptrdiff_t channels) {
  ci_span *rows = NULL, *columns = NULL;
  float *row_weights = NULL, *column_weights = NULL;
  ptrdiff_t row_stride = 0, column_stride = 0;
  bool ready = ci_make_filter(source_height, target_height, &rows, &row_weights, &row_stride);
  ready = ready && ci_make_filter(source_width, target_width, &columns, &column_weights, &column_stride);
  // First across, then down, without rounding in between. Only the intermediate rows of one target row are kept, row y at index
  // y modulo their number: an image of one column may have a million rows.
  ptrdiff_t kept = row_stride < source_height ? row_stride : source_height;
  ptrdiff_t length = target_width * channels;
  float *narrow = ready ? malloc((size_t)(kept * length) * sizeof(float)) : NULL;
  float *sums = ready ? malloc((size_t)length * sizeof(float)) : NULL;
  ready = narrow && sums;

  ptrdiff_t done = 0;
  for (ptrdiff_t y = 0; ready && y < target_height; y++) {
    for (ptrdiff_t end = rows[y].first + rows[y].count; done < end; done++) {
      ci_narrow_row(
          source + done * source_width * channels, columns, column_weights, column_stride,
          narrow + done % kept * length, target_width, channels);
    }
    const float *weight = row_weights + y * row_stride;
    memset(sums, 0, (size_t)length * sizeof(float));
    for (ptrdiff_t j = 0; j < rows[y].count; j++) {
      const float *row = narrow + (rows[y].first + j) % kept * length;
      for (ptrdiff_t i = 0; i < length; i++) sums[i] += weight[j] * row[i];
    }
    for (ptrdiff_t i = 0; i < length; i++) {
      target[y * length + i] = (uint8_t)(sums[i] + 0.5f < 255 ? sums[i] + 0.5f : 255);
    }
  }
  free(narrow);
  free(sums);
  free(rows);
  free(columns);
  free(row_weights);
  free(column_weights);
  return ready;
}
