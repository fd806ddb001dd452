#include <math.h>

#include "../common/kernels.h"

// Equal pixels on every processor.
#pragma STDC FP_CONTRACT OFF

// The two neighbours of a position, clamped to 0 ..< size, and the share of the second.
typedef struct {
  ptrdiff_t first, second;
  double share;
} neighbours;

static neighbours neighbours_of(ptrdiff_t index, ptrdiff_t part, ptrdiff_t size) {
  double position = (index + 0.5) * part / size - 0.5;
  if (position < 0) position = 0;
  ptrdiff_t first = (ptrdiff_t)position;
  if (first > part - 1) first = part - 1;
  return (neighbours){first, first + 1 < part ? first + 1 : first, position - first};
}

void ck_image_enlarge(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, ptrdiff_t top, ptrdiff_t left,
    ptrdiff_t rows, ptrdiff_t columns, uint8_t *y) {
  for (ptrdiff_t i = 0; i < height; i++) {
    neighbours row = neighbours_of(i, rows, height);
    const uint8_t *above = pixels + ((top + row.first) * width + left) * channels;
    const uint8_t *below = pixels + ((top + row.second) * width + left) * channels;
    for (ptrdiff_t j = 0; j < width; j++) {
      neighbours column = neighbours_of(j, columns, width);
      for (ptrdiff_t c = 0; c < channels; c++) {
        ptrdiff_t a = column.first * channels + c, b = column.second * channels + c;
        double upper = above[a] + column.share * (above[b] - above[a]);
        double lower = below[a] + column.share * (below[b] - below[a]);
        *y++ = (uint8_t)(upper + row.share * (lower - upper) + 0.5);
      }
    }
  }
}

void ck_image_affine(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, const double *matrix, uint8_t fill,
    uint8_t *y) {
  for (ptrdiff_t i = 0; i < height; i++) {
    for (ptrdiff_t j = 0; j < width; j++) {
      double x = matrix[0] * j + matrix[1] * i + matrix[2], z = matrix[3] * j + matrix[4] * i + matrix[5];
      // Far outside there is nothing but the fill; the limits keep the conversion to integers defined.
      x = fmin(fmax(x, -2), width + 1);
      z = fmin(fmax(z, -2), height + 1);
      ptrdiff_t column = (ptrdiff_t)floor(x), row = (ptrdiff_t)floor(z);
      double right = x - column, down = z - row;
      for (ptrdiff_t c = 0; c < channels; c++) {
        double sum = 0;
        for (int corner = 0; corner < 4; corner++) {
          ptrdiff_t r = row + corner / 2, s = column + corner % 2;
          double weight = (corner / 2 ? down : 1 - down) * (corner % 2 ? right : 1 - right);
          int isInside = r >= 0 && r < height && s >= 0 && s < width;
          sum += weight * (isInside ? pixels[(r * width + s) * channels + c] : fill);
        }
        *y++ = (uint8_t)(sum + 0.5);
      }
    }
  }
}
