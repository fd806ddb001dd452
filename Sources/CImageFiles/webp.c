// WebP decoding with libwebp.
#include <string.h>
#include <webp/decode.h>

#include "internal.h"

/// The chunk EXIF of the container: name, length (little-endian), data, and a byte of padding if the length is odd.
static int ci_webp_orientation(const uint8_t *bytes, size_t count) {
  for (size_t at = 12; at + 8 <= count;) {
    size_t length = bytes[at + 4] | (size_t)bytes[at + 5] << 8 | (size_t)bytes[at + 6] << 16 | (size_t)bytes[at + 7] << 24;
    if (length > count - at - 8) return 1;
    const uint8_t *data = bytes + at + 8;
    if (!memcmp(bytes + at, "EXIF", 4)) {
      // Some programs keep the prefix of JPEG files.
      size_t prefix = length >= 6 && !memcmp(data, "Exif\0\0", 6) ? 6 : 0;
      return ci_exif_orientation(data + prefix, length - prefix);
    }
    at += 8 + length + (length & 1);
  }
  return 1;
}

bool ci_decode_webp(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK) return ci_fail(image->message, "damaged WebP header");
  if (features.has_animation) return ci_fail(image->message, "an animated WebP file; save one of its images");
  ptrdiff_t width = features.width, height = features.height;
  if (!ci_check_size(width, height, request->limit, image)) return false;
  if (request->measures) return ci_finish(image, width, height, NULL, ci_webp_orientation(bytes, count));
  size_t channels = features.has_alpha ? 4 : 3, size = (size_t)(width * height) * channels;
  uint8_t *pixels = malloc(size);
  if (!pixels) return ci_fail_for_memory(image, "no memory for %td × %td pixels", width, height);
  int stride = (int)((size_t)width * channels);
  const uint8_t *decoded = features.has_alpha ? WebPDecodeRGBAInto(bytes, count, pixels, size, stride)
                                              : WebPDecodeRGBInto(bytes, count, pixels, size, stride);
  if (!decoded) {
    free(pixels);
    return ci_fail(image->message, "damaged WebP data, or the file ends early");
  }
  if (channels == 4) ci_blend(pixels, width * height, request->background, pixels);
  return ci_finish(image, width, height, pixels, ci_webp_orientation(bytes, count));
}
