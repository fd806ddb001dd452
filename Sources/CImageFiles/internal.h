// Shared by this target's sources.
#ifndef CI_INTERNAL_H
#define CI_INTERNAL_H

#include <stdarg.h>
#include <stdio.h>

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

/// The orientation in a file's EXIF data; 1 if there is none, or an invalid one.
int ci_jpeg_orientation(const uint8_t *bytes, size_t count);
int ci_png_orientation(const uint8_t *bytes, size_t count);

#endif
