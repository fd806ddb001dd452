// Shared by this target's sources.
#ifndef CI_INTERNAL_H
#define CI_INTERNAL_H

#include <stdarg.h>
#include <stdio.h>

#include "CImageFiles.h"

/// More pixels than this is taken for a damaged or hostile header: 2²⁸, 768 MB of RGB.
static const ptrdiff_t ci_largest_image = (ptrdiff_t)1 << 28;

/// Writes the message and returns false, so that a failure is one statement.
__attribute__((format(printf, 2, 3))) static inline bool ci_fail(
    char message[CI_MESSAGE_LENGTH], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, CI_MESSAGE_LENGTH, format, arguments);
  va_end(arguments);
  return false;
}

#endif
