#include <math.h>

#include "reflection.h"

// Equal pixels on every processor.
#pragma STDC FP_CONTRACT OFF

enum { CK_BLURRED_AT_ONCE = 64 };

void ck_image_blur(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, ptrdiff_t kernel, double sigma,
    uint8_t *y) {
  double weights[CK_LARGEST_BLUR], total = 0;
  ptrdiff_t radius = kernel / 2;
  for (ptrdiff_t k = 0; k < kernel; k++) {
    double distance = (k - radius) / sigma;
    weights[k] = exp(-0.5 * distance * distance);
    total += weights[k];
  }
  for (ptrdiff_t k = 0; k < kernel; k++) weights[k] /= total;
  // Columns of one channel, blurred along the height.
  double column[CK_BLURRED_AT_ONCE + CK_LARGEST_BLUR];
  for (ptrdiff_t i = 0; i < height; i++) {
    for (ptrdiff_t c = 0; c < channels; c++) {
      for (ptrdiff_t start = 0; start < width; start += CK_BLURRED_AT_ONCE) {
        ptrdiff_t count = width - start < CK_BLURRED_AT_ONCE ? width - start : CK_BLURRED_AT_ONCE;
        for (ptrdiff_t j = 0; j < count + 2 * radius; j++) {
          ptrdiff_t source = reflected(start + j - radius, width);
          double sum = 0;
          for (ptrdiff_t k = 0; k < kernel; k++) {
            sum += weights[k] * pixels[(reflected(i + k - radius, height) * width + source) * channels + c];
          }
          column[j] = sum;
        }
        for (ptrdiff_t j = 0; j < count; j++) {
          double sum = 0;
          for (ptrdiff_t k = 0; k < kernel; k++) sum += weights[k] * column[j + k];
          y[(i * width + start + j) * channels + c] = (uint8_t)(sum + 0.5);
        }
      }
    }
  }
}
