#include <math.h>

#include "../common/kernels.h"

// Equal pixels on every processor. Formulas and roundings are those of torchvision's functions of 8-bit tensors.
#pragma STDC FP_CONTRACT OFF

static uint8_t blend(float factor, float x, float other) {
  float value = factor * x + (1 - factor) * other;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

// The fraction is cut off.
static uint8_t grey(const uint8_t *pixel) {
  return (uint8_t)(0.2989f * pixel[0] + 0.587f * pixel[1] + 0.114f * pixel[2]);
}

void ck_image_brightness(ptrdiff_t count, const uint8_t *pixels, float factor, uint8_t *y) {
  for (ptrdiff_t k = 0; k < count; k++) y[k] = blend(factor, pixels[k], 0);
}

void ck_image_contrast(ptrdiff_t count, ptrdiff_t channels, const uint8_t *pixels, float factor, uint8_t *y) {
  int64_t sum = 0;
  ptrdiff_t values = count * channels;
  if (channels == 3) {
    for (ptrdiff_t k = 0; k < count; k++) sum += grey(pixels + 3 * k);
  } else {
    for (ptrdiff_t k = 0; k < values; k++) sum += pixels[k];
  }
  float mean = (float)((double)sum / (channels == 3 ? count : values));
  for (ptrdiff_t k = 0; k < values; k++) y[k] = blend(factor, pixels[k], mean);
}

void ck_image_saturation(ptrdiff_t count, const uint8_t *pixels, float factor, uint8_t *y) {
  for (ptrdiff_t k = 0; k < count; k++) {
    float other = grey(pixels + 3 * k);
    for (int c = 0; c < 3; c++) y[3 * k + c] = blend(factor, pixels[3 * k + c], other);
  }
}

// From 0 … 1; 1 becomes 255, and the intervals of all bytes are equally long.
static uint8_t byte(float value) {
  if (value < 0) value = 0;
  if (value > 1) value = 1;
  return (uint8_t)(value * (256 - 1e-3f));
}

void ck_image_hue(ptrdiff_t count, const uint8_t *pixels, float turn, uint8_t *y) {
  for (ptrdiff_t k = 0; k < count; k++) {
    float red = pixels[3 * k] / 255.0f, green = pixels[3 * k + 1] / 255.0f, blue = pixels[3 * k + 2] / 255.0f;
    float most = fmaxf(red, fmaxf(green, blue)), least = fminf(red, fminf(green, blue));
    float range = most - least, saturation = most == least ? 0 : range / most, divisor = most == least ? 1 : range;
    float r = (most - red) / divisor, g = (most - green) / divisor, b = (most - blue) / divisor;
    float sector = most == red ? b - g : most == green ? 2 + r - b : 4 + g - r;
    float hue = sector / 6 + 1 + turn;
    hue -= floorf(hue);
    float sixth = floorf(hue * 6), fraction = hue * 6 - sixth;
    uint8_t v = byte(most), p = byte(most * (1 - saturation)), q = byte(most * (1 - saturation * fraction)),
            t = byte(most * (1 - saturation * (1 - fraction)));
    const uint8_t colors[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
    for (int c = 0; c < 3; c++) y[3 * k + c] = colors[(int)sixth % 6][c];
  }
}
