#include <string.h>

#include "kernels.h"

enum { CK_PIECE = 1024 };

// Bytes of `count` pixels whose channels lie `channel_step` apart, one pixel `step` after the other.
CK_INLINE void interleave(
    ptrdiff_t count, ptrdiff_t channels, const uint8_t *from, ptrdiff_t step, ptrdiff_t channel_step, uint8_t *to) {
  for (ptrdiff_t j = 0; j < count; j++) {
    for (ptrdiff_t c = 0; c < channels; c++) to[j * channels + c] = from[j * step + c * channel_step];
  }
}

// The most common cases written out, so that the compiler turns them into shuffles.
CK_CLONES static void interleave_any(
    ptrdiff_t count, ptrdiff_t channels, const uint8_t *from, ptrdiff_t step, ptrdiff_t channel_step, uint8_t *to) {
  if (channels == 3 && step == 1) {
    interleave(count, 3, from, 1, channel_step, to);
  } else if (channels == 3 && step == -1) {
    interleave(count, 3, from, -1, channel_step, to);
  } else if (channels == 1 && step == -1) {
    interleave(count, 1, from, -1, 1, to);
  } else {
    interleave(count, channels, from, step, channel_step, to);
  }
}

// Writes `channels` channels, from `first` on, of the pixels (i, j), (i, j + 1), … of the moved image, as bytes
// [columns, channels]. Fewer than all channels are written for one column only.
static void gather(
    const ck_image *image, const uint8_t *pixels, ptrdiff_t i, ptrdiff_t j, ptrdiff_t columns, ptrdiff_t first,
    ptrdiff_t channels, uint8_t *to) {
  ptrdiff_t height = image->height, width = image->width;
  ptrdiff_t row = i - image->shift_down, right = image->shift_right;
  // Columns j + begin ..< j + end have a source.
  ptrdiff_t begin = right > j ? right - j : 0, end = width + right - j < columns ? width + right - j : columns;
  if (row < 0 || row >= height || begin >= end) {
    memset(to, 0, columns * channels);
    return;
  }
  memset(to, 0, begin * channels);
  memset(to + end * channels, 0, (columns - end) * channels);
  ptrdiff_t source = j + begin - right;
  if (image->mirror) source = width - 1 - source;
  to += begin * channels;
  ptrdiff_t step = image->planar ? 1 : image->channels, channel_step = image->planar ? height * width : 1;
  const uint8_t *from = pixels + (row * width + source) * step + first * channel_step;
  if (!image->mirror && (!image->planar || channels == 1)) {
    memcpy(to, from, (end - begin) * channels);
  } else {
    interleave_any(end - begin, channels, from, image->mirror ? -step : step, channel_step, to);
  }
}

#define CK_TEMPLATE "image_template.h"
#include "instantiate.h"

void ck_image_normalize(
    ck_type type, const ck_image *image, const uint8_t *pixels, double scale, ck_table table, const void *mean,
    const void *inverse_deviation, void *y) {
  CK_CALL(type, image_normalize, image, pixels, scale, table, mean, inverse_deviation, y);
}
