#include <string.h>

#include "reflection.h"

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

// Writes `channels` channels, from `first` on, of the result's pixels (i, j), (i, j + 1), …, as bytes [columns, channels]. Fewer than
// all channels are written for one column only.
static void gather(
    const ck_image *image, const uint8_t *pixels, ptrdiff_t i, ptrdiff_t j, ptrdiff_t columns, ptrdiff_t first,
    ptrdiff_t channels, uint8_t *to) {
  // Columns j + begin ..< j + end have a source.
  ptrdiff_t begin = image->left > j ? image->left - j : 0;
  ptrdiff_t end = image->right - j < columns ? image->right - j : columns;
  if (i < image->top || i >= image->bottom || begin >= end) {
    memset(to, 0, columns * channels);
    return;
  }
  memset(to, 0, begin * channels);
  memset(to + end * channels, 0, (columns - end) * channels);
  ptrdiff_t row = image->row + i, source = image->column + (image->mirror ? -(j + begin) : j + begin);
  to += begin * channels;
  ptrdiff_t step = image->planar ? 1 : image->channels, channel_step = image->planar ? image->height * image->width : 1;
  const uint8_t *from = pixels + (row * image->width + source) * step + first * channel_step;
  if (!image->mirror && (!image->planar || channels == 1)) {
    memcpy(to, from, (end - begin) * channels);
  } else {
    interleave_any(end - begin, channels, from, image->mirror ? -step : step, channel_step, to);
  }
}

#define CK_TEMPLATE "../image/image_template.h"
#include "../common/instantiate.h"

void ck_image_normalize(
    ck_type type, const ck_image *image, const uint8_t *pixels, double scale, ck_table table, const void *mean,
    const void *inverse_deviation, void *y) {
  CK_CALL(type, image_normalize, image, pixels, scale, table, mean, inverse_deviation, y);
}

void ck_image_gather(const ck_image *image, const uint8_t *pixels, uint8_t *y) {
  for (ptrdiff_t i = 0; i < image->rows; i++) {
    gather(
        image, pixels, i, 0, image->columns, 0, image->channels, y + i * image->columns * image->channels);
  }
}

void ck_image_crop_reflected(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, ptrdiff_t top, ptrdiff_t left,
    ptrdiff_t rows, ptrdiff_t columns, uint8_t *y) {
  // Columns begin ..< end lie inside the image.
  ptrdiff_t begin = left < 0 ? (-left < columns ? -left : columns) : 0;
  ptrdiff_t end = width - left < columns ? (width - left > begin ? width - left : begin) : columns;
  for (ptrdiff_t i = 0; i < rows; i++) {
    const uint8_t *row = pixels + reflected(top + i, height) * width * channels;
    uint8_t *to = y + i * columns * channels;
    for (ptrdiff_t j = 0; j < columns; j++) {
      if (j == begin && end > begin) {
        memcpy(to + j * channels, row + (left + j) * channels, (end - begin) * channels);
        j = end - 1;
        continue;
      }
      memcpy(to + j * channels, row + reflected(left + j, width) * channels, channels);
    }
  }
}
