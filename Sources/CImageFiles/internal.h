// Shared by this target's sources.
#ifndef CI_INTERNAL_H
#define CI_INTERNAL_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "CImageFiles.h"

/// Writes the message and returns false, so that a failure is one statement.
__attribute__((format(printf, 2, 3))) static inline bool ci_fail(
    char message[CI_MESSAGE_LENGTH], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, CI_MESSAGE_LENGTH, format, arguments);
  va_end(arguments);
  return false;
}

/// Fails because the system refused memory; `what` is an image or bytes.
#define ci_fail_for_memory(what, ...) ((what)->lacks_memory = true, ci_fail((what)->message, __VA_ARGS__))

/// Fails if an image has more pixels than `limit`; both sizes are below 2³¹.
static inline bool ci_check_size(ptrdiff_t width, ptrdiff_t height, ptrdiff_t limit, ci_image *image) {
  if (width * height <= limit) return true;
  image->exceeds_limit = true;
  return ci_fail(image->message, "has %td × %td pixels, more than the limit of %td", width, height, limit);
}

/// The decoders of single formats: see ci_decode, which has cleared `image`.
bool ci_decode_bmp(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);
bool ci_decode_gif(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);
bool ci_decode_jpeg(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);
bool ci_decode_png(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);
bool ci_decode_tiff(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);
bool ci_decode_webp(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);

/// The orientation in EXIF data, which have the form of a TIFF file, or in a whole file; 1 if there is none, or an invalid one.
int ci_exif_orientation(const uint8_t *tiff, size_t count);
int ci_jpeg_orientation(const uint8_t *bytes, size_t count);
int ci_png_orientation(const uint8_t *bytes, size_t count);

/// Memory for RGB pixels of a size that ci_check_size has seen; null, with the reason in `image`, if there is none.
static inline uint8_t *ci_allocate_pixels(ptrdiff_t width, ptrdiff_t height, ci_image *image) {
  uint8_t *pixels = malloc((size_t)(width * height * 3));
  if (!pixels) ci_fail_for_memory(image, "no memory for %td × %td pixels", width, height);
  return pixels;
}

/// Blends `count` pixels of red, green, blue and opacity with a background: 4 bytes for each pixel to 3. `target` may be `source`.
static inline void ci_blend(const uint8_t *source, ptrdiff_t count, const uint8_t *background, uint8_t *target) {
  for (ptrdiff_t i = 0; i < count; i++) {
    int opacity = source[4 * i + 3];
    for (int c = 0; c < 3; c++) {
      target[3 * i + c] = (uint8_t)((source[4 * i + c] * opacity + background[c] * (255 - opacity) + 127) / 255);
    }
  }
}

/// Notes the decoded pixels, or null and the size alone.
static inline bool ci_finish(ci_image *image, ptrdiff_t width, ptrdiff_t height, uint8_t *pixels, int orientation) {
  image->height = height;
  image->width = width;
  image->channels = 3;
  image->pixels = pixels;
  image->orientation = orientation;
  return true;
}

/// The part of the source that is resized, in source pixels, and the rectangle of the target that it fills.
typedef struct {
  double left, top, right, bottom;
  ptrdiff_t x, y, width, height;
} ci_placement;

ci_placement ci_place(
    ptrdiff_t source_height, ptrdiff_t source_width, ptrdiff_t target_height, ptrdiff_t target_width, ci_fit fit);

#endif
