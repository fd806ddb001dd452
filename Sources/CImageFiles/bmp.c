// BMP files: 1, 4, 8 bits with a palette, 16, 24 and 32 bits, not compressed. No library that Debian has reads these alone.
#include <string.h>

#include "internal.h"

static uint32_t ci_little(const uint8_t *bytes, int count) {
  uint32_t value = 0;
  for (int i = count; i > 0; i--) value = value << 8 | bytes[i - 1];
  return value;
}

typedef struct {
  ptrdiff_t width, height;
  bool top_down;
  int bits;
  /// Of red, green, blue and opacity; an opacity of 0 means that there is none.
  uint32_t masks[4];
  const uint8_t *palette;
  size_t colors, entry;
} ci_bmp;

/// A value of the bits of a mask, scaled to 0..255.
static uint8_t ci_masked(uint32_t value, uint32_t mask) {
  if (!mask) return 0;
  int shift = __builtin_ctz(mask);
  uint64_t largest = mask >> shift, part = (value & mask) >> shift;
  return (uint8_t)((part * 255 + largest / 2) / largest);
}

static bool ci_bmp_header(const uint8_t *bytes, size_t count, ci_bmp *bmp, ci_image *image) {
  if (count < 26) return ci_fail(image->message, "the file ends early");
  size_t header = ci_little(bytes + 14, 4);
  bool old = header == 12;
  if ((!old && header < 40) || header > 256 || count < 14 + header) return ci_fail(image->message, "damaged BMP header");
  bmp->width = (int32_t)ci_little(bytes + 18, old ? 2 : 4);
  int32_t height = old ? (int32_t)ci_little(bytes + 20, 2) : (int32_t)ci_little(bytes + 22, 4);
  bmp->top_down = height < 0;
  bmp->height = height < 0 ? -(ptrdiff_t)height : height;
  bmp->bits = (int)ci_little(bytes + (old ? 24 : 28), 2);
  uint32_t compression = old ? 0 : ci_little(bytes + 30, 4), used = old ? 0 : ci_little(bytes + 46, 4);
  if (bmp->width < 1 || bmp->height < 1) return ci_fail(image->message, "damaged BMP header: no pixels");
  // 3: the header has masks; 0: no compression.
  bool masked = compression == 3 || compression == 6;
  if (compression != 0 && !masked) return ci_fail(image->message, "a compressed BMP file, which is not read; save it as PNG");
  size_t palette = 14 + header;
  if (bmp->bits == 16 || bmp->bits == 32) {
    const uint32_t usual16[4] = {0x7C00, 0x3E0, 0x1F, 0}, usual32[4] = {0xFF0000, 0xFF00, 0xFF, 0};
    memcpy(bmp->masks, bmp->bits == 16 ? usual16 : usual32, sizeof bmp->masks);
    if (masked) {
      // Behind a header of 40 bytes, inside of longer ones, at the same place.
      int masks = header >= 56 || compression == 6 ? 4 : 3;
      if (count < 54 + 4 * (size_t)masks) return ci_fail(image->message, "the file ends early");
      for (int i = 0; i < masks; i++) bmp->masks[i] = ci_little(bytes + 54 + 4 * i, 4);
    }
  } else if (bmp->bits == 1 || bmp->bits == 4 || bmp->bits == 8) {
    bmp->entry = old ? 3 : 4;
    bmp->colors = used ? used : (size_t)1 << bmp->bits;
    if (bmp->colors > 256) return ci_fail(image->message, "damaged BMP header: %zu colours", bmp->colors);
    if (count < palette + bmp->colors * bmp->entry) return ci_fail(image->message, "the file ends early");
    bmp->palette = bytes + palette;
  } else if (bmp->bits != 24) {
    return ci_fail(image->message, "a BMP file of %d bits a pixel, which is not read", bmp->bits);
  }
  return true;
}

/// One pixel as red, green, blue and opacity.
static bool ci_bmp_pixel(const ci_bmp *bmp, const uint8_t *row, ptrdiff_t x, uint8_t color[4]) {
  color[3] = 255;
  if (bmp->bits == 24) {
    for (int c = 0; c < 3; c++) color[c] = row[3 * x + 2 - c];
  } else if (bmp->bits >= 16) {
    uint32_t value = ci_little(row + x * (bmp->bits / 8), bmp->bits / 8);
    for (int c = 0; c < 3; c++) color[c] = ci_masked(value, bmp->masks[c]);
    if (bmp->masks[3]) color[3] = ci_masked(value, bmp->masks[3]);
  } else {
    ptrdiff_t bit = x * bmp->bits;
    size_t index = (size_t)(row[bit / 8] >> (8 - bmp->bits - bit % 8)) & ((1u << bmp->bits) - 1);
    if (index >= bmp->colors) return false;
    for (int c = 0; c < 3; c++) color[c] = bmp->palette[index * bmp->entry + 2 - (size_t)c];
  }
  return true;
}

bool ci_decode_bmp(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  ci_bmp bmp = {0};
  if (!ci_bmp_header(bytes, count, &bmp, image)) return false;
  if (!ci_check_size(bmp.width, bmp.height, request->limit, image)) return false;
  if (request->measures) return ci_finish(image, bmp.width, bmp.height, NULL, 1);
  size_t start = ci_little(bytes + 10, 4), stride = ((size_t)bmp.width * (size_t)bmp.bits + 31) / 32 * 4;
  if (start > count || (count - start) / stride < (size_t)bmp.height) return ci_fail(image->message, "the file ends early");
  uint8_t *pixels = ci_allocate_pixels(bmp.width, bmp.height, image);
  if (!pixels) return false;
  for (ptrdiff_t y = 0; y < bmp.height; y++) {
    const uint8_t *row = bytes + start + (size_t)(bmp.top_down ? y : bmp.height - 1 - y) * stride;
    for (ptrdiff_t x = 0; x < bmp.width; x++) {
      uint8_t color[4];
      if (!ci_bmp_pixel(&bmp, row, x, color)) {
        free(pixels);
        return ci_fail(image->message, "damaged BMP data: a colour beyond the palette");
      }
      ci_blend(color, 1, request->background, pixels + (y * bmp.width + x) * 3);
    }
  }
  return ci_finish(image, bmp.width, bmp.height, pixels, 1);
}
