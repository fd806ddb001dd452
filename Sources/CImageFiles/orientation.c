// The orientation of the camera: EXIF data in JPEG (APP1) and PNG (eXIf) files.
#include <string.h>

#include "internal.h"

static unsigned ci_big16(const uint8_t *bytes) { return (unsigned)bytes[0] << 8 | bytes[1]; }

static size_t ci_number(const uint8_t *bytes, size_t count, bool big) {
  size_t value = 0;
  for (size_t i = 0; i < count; i++) value = value << 8 | bytes[big ? i : count - 1 - i];
  return value;
}

/// Reads tag 0x0112 of the first directory.
int ci_exif_orientation(const uint8_t *tiff, size_t count) {
  if (count < 14) return 1;
  bool big = !memcmp(tiff, "MM\0*", 4);
  if (!big && memcmp(tiff, "II*\0", 4)) return 1;
  size_t directory = ci_number(tiff + 4, 4, big);
  if (directory > count - 2) return 1;
  size_t entries = ci_number(tiff + directory, 2, big);
  for (size_t i = 0, at = directory + 2; i < entries && at + 12 <= count; i++, at += 12) {
    if (ci_number(tiff + at, 2, big) != 0x0112) continue;
    // One number: SHORT (3), or LONG (4) as some programs write it.
    size_t type = ci_number(tiff + at + 2, 2, big), values = ci_number(tiff + at + 4, 4, big);
    if ((type != 3 && type != 4) || values != 1) return 1;
    size_t value = ci_number(tiff + at + 8, type == 3 ? 2 : 4, big);
    return value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}

int ci_jpeg_orientation(const uint8_t *bytes, size_t count) {
  // Segments: FF, marker, length (its own two bytes included). EXIF comes before the first scan (DA).
  size_t at = 2;
  while (at + 4 <= count) {
    if (bytes[at] != 0xFF) {
      at++;
      continue;
    }
    uint8_t marker = bytes[at + 1];
    if (marker == 0xFF || marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) {
      at += marker == 0xFF ? 1 : 2;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) return 1;
    size_t length = ci_big16(bytes + at + 2);
    if (length < 2 || at + 2 + length > count) return 1;
    if (marker == 0xE1 && length >= 8 && !memcmp(bytes + at + 4, "Exif\0\0", 6)) {
      return ci_exif_orientation(bytes + at + 10, length - 8);
    }
    at += 2 + length;
  }
  return 1;
}

int ci_png_orientation(const uint8_t *bytes, size_t count) {
  // Chunks: length, name, data, checksum.
  size_t at = 8;
  while (at + 12 <= count) {
    size_t length = ci_number(bytes + at, 4, true);
    if (length > count - at - 12) return 1;
    if (!memcmp(bytes + at + 4, "eXIf", 4)) return ci_exif_orientation(bytes + at + 8, length);
    if (!memcmp(bytes + at + 4, "IEND", 4)) return 1;
    at += 12 + length;
  }
  return 1;
}

void ci_orient(const ci_image *image, uint8_t *target) {
  ptrdiff_t height = image->height, width = image->width, channels = image->channels;
  const uint8_t *pixels = image->pixels;
  if (image->orientation <= 1) {
    memcpy(target, pixels, (size_t)(height * width * channels));
    return;
  }
  // Target row y, column x: from 5 on, rows and columns of the file are exchanged.
  bool transposes = image->orientation >= 5;
  bool flips_rows = image->orientation == 3 || image->orientation == 4 || image->orientation == 7 || image->orientation == 8;
  bool flips_columns = image->orientation == 2 || image->orientation == 3 || image->orientation == 6 || image->orientation == 7;
  ptrdiff_t rows = transposes ? width : height, columns = transposes ? height : width;
  for (ptrdiff_t y = 0; y < rows; y++) {
    for (ptrdiff_t x = 0; x < columns; x++) {
      ptrdiff_t from_y = flips_rows ? rows - 1 - y : y, from_x = flips_columns ? columns - 1 - x : x;
      ptrdiff_t source = transposes ? from_x * width + from_y : from_y * width + from_x;
      for (ptrdiff_t c = 0; c < channels; c++) target[(y * columns + x) * channels + c] = pixels[source * channels + c];
    }
  }
}
