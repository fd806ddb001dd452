// Code shared by the image formats.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

void ci_free(void *memory) { free(memory); }

bool ci_decode(const uint8_t *bytes, size_t count, ptrdiff_t limit, ci_image *image) {
  static const uint8_t jpeg[3] = {0xFF, 0xD8, 0xFF};
  static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  image->pixels = NULL;
  image->exceeds_limit = image->lacks_memory = false;
  image->orientation = 1;
  if (count == 0) return ci_fail(image->message, "the file is empty");
  if (count >= sizeof jpeg && !memcmp(bytes, jpeg, sizeof jpeg)) return ci_decode_jpeg(bytes, count, limit, image);
  if (count >= sizeof png && !memcmp(bytes, png, sizeof png)) return ci_decode_png(bytes, count, limit, image);
  return ci_fail(image->message, "neither a JPEG nor a PNG file (its first bytes are those of no such file)");
}
