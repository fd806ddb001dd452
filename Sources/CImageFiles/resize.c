// Separable resampling: Pillow's algorithm (Resample.c of Pillow 9 to 12), across and then down, on whole numbers.
#include <math.h>
#include <string.h>

#include "internal.h"

#pragma clang fp contract(off)

/// Weights are multiples of 2⁻²²: 8 bits of a pixel and 2 bits for weights beyond 1 fit into 32.
enum { CI_PRECISION = 22 };

/// Source pixels first..<first + count of one target pixel along an axis.
typedef struct {
  ptrdiff_t first, count;
} ci_span;

/// Spans and weights (`stride` for each target pixel) of one axis.
typedef struct {
  ci_span *spans;
  int32_t *weights;
  ptrdiff_t stride;
} ci_axis;

static double ci_triangle(double x) {
  x = fabs(x);
  return x < 1 ? 1 - x : 0;
}

/// Keys, 1981, with a = −1/2.
static double ci_cubic(double x) {
  const double a = -0.5;
  x = fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/// The axis of `target` pixels out of the part from `start` to `end` of `source` pixels.
static bool ci_make_axis(
    ptrdiff_t source, double start, double end, ptrdiff_t target, ci_filter filter, ci_axis *axis) {
  double (*kernel)(double) = filter == CI_BICUBIC ? ci_cubic : ci_triangle;
  double scale = (end - start) / (double)target;
  double filter_scale = scale > 1 ? scale : 1;
  double support = (filter == CI_BICUBIC ? 2 : 1) * filter_scale, step = 1 / filter_scale;
  axis->stride = 2 * (ptrdiff_t)ceil(support) + 1;
  axis->spans = malloc((size_t)target * sizeof(ci_span));
  axis->weights = calloc((size_t)(target * axis->stride), sizeof(int32_t));
  double *exact = malloc((size_t)axis->stride * sizeof(double));
  bool ready = axis->spans && axis->weights && exact;
  for (ptrdiff_t i = 0; ready && i < target; i++) {
    double center = start + ((double)i + 0.5) * scale;
    ptrdiff_t first = (ptrdiff_t)(center - support + 0.5), last = (ptrdiff_t)(center + support + 0.5);
    if (first < 0) first = 0;
    if (last > source) last = source;
    ptrdiff_t count = last - first;
    double total = 0;
    for (ptrdiff_t j = 0; j < count; j++) {
      exact[j] = kernel(((double)(j + first) - center + 0.5) * step);
      total += exact[j];
    }
    for (ptrdiff_t j = 0; j < count; j++) {
      double weight = (total != 0 ? exact[j] / total : exact[j]) * (1 << CI_PRECISION);
      axis->weights[i * axis->stride + j] = (int32_t)(weight + (weight < 0 ? -0.5 : 0.5));
    }
    axis->spans[i] = (ci_span){first, count};
  }
  free(exact);
  return ready;
}

static void ci_free_axis(ci_axis *axis) {
  free(axis->spans);
  free(axis->weights);
}

static uint8_t ci_round(int32_t sum) {
  sum >>= CI_PRECISION;
  return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

/// One row of the source, scaled across. `channels` is a constant where this is called.
__attribute__((always_inline)) static inline void ci_scale_row_of(
    const uint8_t *source, const ci_axis *axis, uint8_t *target, ptrdiff_t width, const int channels) {
  for (ptrdiff_t x = 0; x < width; x++) {
    const int32_t *weights = axis->weights + x * axis->stride;
    const uint8_t *pixel = source + axis->spans[x].first * channels;
    int32_t sums[4];
    for (int c = 0; c < channels; c++) sums[c] = 1 << (CI_PRECISION - 1);
    for (ptrdiff_t j = 0; j < axis->spans[x].count; j++, pixel += channels) {
      for (int c = 0; c < channels; c++) sums[c] += weights[j] * pixel[c];
    }
    for (int c = 0; c < channels; c++) target[x * channels + c] = ci_round(sums[c]);
  }
}

static void ci_scale_row(
    const uint8_t *source, const ci_axis *axis, uint8_t *target, ptrdiff_t width, ptrdiff_t channels) {
  switch (channels) {
  case 1: ci_scale_row_of(source, axis, target, width, 1); break;
  case 2: ci_scale_row_of(source, axis, target, width, 2); break;
  case 3: ci_scale_row_of(source, axis, target, width, 3); break;
  default: ci_scale_row_of(source, axis, target, width, 4); break;
  }
}

/// The rows of an axis's span, added with their weights. Row y of the source lies at y modulo `kept`.
static void ci_add_rows(
    const uint8_t *rows, ptrdiff_t kept, ptrdiff_t length, const ci_axis *axis, ptrdiff_t y, int32_t *sums,
    uint8_t *target) {
  const int32_t *weights = axis->weights + y * axis->stride;
  for (ptrdiff_t i = 0; i < length; i++) sums[i] = 1 << (CI_PRECISION - 1);
  for (ptrdiff_t j = 0; j < axis->spans[y].count; j++) {
    const uint8_t *row = rows + (axis->spans[y].first + j) % kept * length;
    int32_t weight = weights[j];
    for (ptrdiff_t i = 0; i < length; i++) sums[i] += weight * row[i];
  }
  for (ptrdiff_t i = 0; i < length; i++) target[i] = ci_round(sums[i]);
}

static void ci_fill(uint8_t *target, ptrdiff_t pixels, ptrdiff_t channels, const uint8_t *color) {
  for (ptrdiff_t i = 0; i < pixels * channels; i++) target[i] = color[channels == 3 ? i % 3 : 0];
}

bool ci_resize(
    const uint8_t *source, ptrdiff_t source_height, ptrdiff_t source_width, uint8_t *target, ptrdiff_t target_height,
    ptrdiff_t target_width, ptrdiff_t channels, ci_fit fit, ci_filter filter, const uint8_t *background) {
  ci_placement place = ci_place(source_height, source_width, target_height, target_width, fit);
  ci_axis down = {0}, across = {0};
  bool ready = ci_make_axis(source_height, place.top, place.bottom, place.height, filter, &down) &&
               ci_make_axis(source_width, place.left, place.right, place.width, filter, &across);
  // Only the scaled rows of one target row are kept, row y at index y modulo their number: an image of one column may have a million
  // rows.
  ptrdiff_t kept = down.stride < source_height ? down.stride : source_height;
  ptrdiff_t length = place.width * channels;
  uint8_t *rows = ready ? malloc((size_t)(kept * length)) : NULL;
  int32_t *sums = ready ? malloc((size_t)length * sizeof(int32_t)) : NULL;
  ready = rows && sums;
  if (ready && fit == CI_LETTERBOX) ci_fill(target, target_height * target_width, channels, background);

  ptrdiff_t done = ready ? down.spans[0].first : 0;
  for (ptrdiff_t y = 0; ready && y < place.height; y++) {
    for (ptrdiff_t end = down.spans[y].first + down.spans[y].count; done < end; done++) {
      ci_scale_row(
          source + done * source_width * channels, &across, rows + done % kept * length, place.width, channels);
    }
    uint8_t *row = target + ((place.y + y) * target_width + place.x) * channels;
    ci_add_rows(rows, kept, length, &down, y, sums, row);
  }
  free(rows);
  free(sums);
  ci_free_axis(&down);
  ci_free_axis(&across);
  return ready;
}
