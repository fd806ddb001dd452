// Code shared by the image formats.
#include <string.h>

#include "internal.h"

void ci_free(void *memory) { free(memory); }

typedef struct {
  /// Bytes at `offset` that mark the format, `length` of them.
  const char *signature;
  size_t length, offset;
  bool (*decode)(const uint8_t *, size_t, const ci_request *, ci_image *);
} ci_format;

static const ci_format ci_formats[] = {
    {"\xFF\xD8\xFF", 3, 0, ci_decode_jpeg},       {"\x89PNG\r\n\x1A\n", 8, 0, ci_decode_png},
    {"WEBP", 4, 8, ci_decode_webp},               {"GIF8", 4, 0, ci_decode_gif},
    {"II*\0", 4, 0, ci_decode_tiff},              {"MM\0*", 4, 0, ci_decode_tiff},
    // Last: two letters that a text may begin with.
    {"BM", 2, 0, ci_decode_bmp},
};

bool ci_decode(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  image->pixels = NULL;
  image->message[0] = 0;
  image->exceeds_limit = image->lacks_memory = false;
  image->orientation = 1;
  if (count == 0) return ci_fail(image->message, "the file is empty");
  for (size_t i = 0; i < sizeof ci_formats / sizeof *ci_formats; i++) {
    const ci_format *format = &ci_formats[i];
    if (count < format->offset + format->length) continue;
    if (!memcmp(bytes + format->offset, format->signature, format->length)) {
      return format->decode(bytes, count, request, image);
    }
  }
  return ci_fail(image->message, "its first bytes are those of no image format that is read");
}
