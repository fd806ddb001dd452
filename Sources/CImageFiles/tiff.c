// TIFF decoding with libtiff: the first image of the file.
#include <string.h>
#include <tiffio.h>

#include "internal.h"

typedef struct {
  const uint8_t *bytes;
  toff_t count, position;
} ci_tiff_source;

static tmsize_t ci_tiff_read(thandle_t handle, void *target, tmsize_t wanted) {
  ci_tiff_source *source = handle;
  if (source->position >= source->count || wanted <= 0) return 0;
  toff_t rest = source->count - source->position, count = (toff_t)wanted < rest ? (toff_t)wanted : rest;
  memcpy(target, source->bytes + source->position, count);
  source->position += count;
  return (tmsize_t)count;
}

static tmsize_t ci_tiff_write(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle, (void)bytes, (void)count;
  return -1;
}

static toff_t ci_tiff_seek(thandle_t handle, toff_t offset, int origin) {
  ci_tiff_source *source = handle;
  source->position = offset + (origin == SEEK_CUR ? source->position : origin == SEEK_END ? source->count : 0);
  return source->position;
}

static int ci_tiff_close(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t ci_tiff_size(thandle_t handle) { return ((ci_tiff_source *)handle)->count; }

/// Keeps the first message: it tells the cause.
static int ci_tiff_note(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)module;
  ci_image *image = user;
  if (!image->message[0]) vsnprintf(image->message, CI_MESSAGE_LENGTH, format, arguments);
  return 1;
}

static int ci_tiff_ignore(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)user, (void)module, (void)format, (void)arguments;
  return 1;
}

static bool ci_tiff_read_pixels(TIFF *tiff, const ci_request *request, ci_image *image) {
  uint32_t width = 0, height = 0;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX) {
    return ci_fail(image->message, "damaged TIFF header: %u × %u pixels", width, height);
  }
  if (!ci_check_size(width, height, request->limit, image)) return false;
  int turned = orientation >= 1 && orientation <= 8 ? orientation : 1;
  if (request->measures) return ci_finish(image, width, height, NULL, turned);
  uint32_t *raster = malloc((size_t)width * height * sizeof *raster);
  if (!raster) return ci_fail_for_memory(image, "no memory for %u × %u pixels", width, height);
  // Rows and columns as in the file: ci_orient turns them.
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (!TIFFReadRGBAImageOriented(tiff, width, height, raster, ORIENTATION_TOPLEFT, 1)) {
    free(raster);
    return image->message[0] ? false : ci_fail(image->message, "damaged TIFF data");
  }
  // libtiff has multiplied colours by their opacity.
  uint8_t *pixels = (uint8_t *)raster;
  for (size_t i = 0; i < (size_t)width * height; i++) {
    uint32_t pixel = raster[i];
    int rest = 255 - (int)TIFFGetA(pixel);
    int colors[3] = {(int)TIFFGetR(pixel), (int)TIFFGetG(pixel), (int)TIFFGetB(pixel)};
    for (int c = 0; c < 3; c++) {
      int sum = colors[c] + (request->background[c] * rest + 127) / 255;
      pixels[3 * i + (size_t)c] = (uint8_t)(sum < 255 ? sum : 255);
    }
  }
  return ci_finish(image, width, height, pixels, turned);
}

bool ci_decode_tiff(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  ci_tiff_source source = {bytes, count, 0};
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return ci_fail_for_memory(image, "no memory for libtiff");
  TIFFOpenOptionsSetErrorHandlerExtR(options, ci_tiff_note, image);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ci_tiff_ignore, NULL);
  // A strip of 16-bit samples with alpha has 8 bytes a pixel.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)request->limit * 8 + (1 << 20));
  TIFF *tiff = TIFFClientOpenExt(
      "image", "rm", &source, ci_tiff_read, ci_tiff_write, ci_tiff_seek, ci_tiff_close, ci_tiff_size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  if (!tiff) return image->message[0] ? false : ci_fail(image->message, "damaged TIFF header");
  bool ready = ci_tiff_read_pixels(tiff, request, image);
  TIFFClose(tiff);
  return ready;
}
