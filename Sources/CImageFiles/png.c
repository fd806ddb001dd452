// PNG decoding and encoding with libpng, whose fatal errors become return values.
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
} ci_png_source;

static void ci_png_give_up(png_structp png, png_const_charp text) {
  ci_fail(png_get_error_ptr(png), "%s", text);
  longjmp(*png_set_longjmp_fn(png, longjmp, sizeof(jmp_buf)), 1);
}

static void ci_png_ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void ci_png_read(png_structp png, png_bytep target, size_t count) {
  ci_png_source *source = png_get_io_ptr(png);
  if (count > source->count - source->position) png_error(png, "the file ends early");
  memcpy(target, source->bytes + source->position, count);
  source->position += count;
}

bool ci_decode_png(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, image->message, ci_png_give_up, ci_png_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_read_struct(&png, NULL, NULL);
    return ci_fail_for_memory(image, "no memory for libpng");
  }
  ci_png_source source = {bytes, count, 0};
  // Changed between setjmp and longjmp, hence volatile.
  uint8_t *volatile pixels = NULL;
  png_bytep *volatile rows = NULL;
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    free(pixels);
    free(rows);
    return false;
  }

  png_set_read_fn(png, &source, ci_png_read);
  // Texts and colour profiles are compressed, may be many, and are not used here: they are not inflated.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);
  ptrdiff_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  if (!ci_check_size(width, height, request->limit, image)) {
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  if (request->measures) {
    png_destroy_read_struct(&png, &info, NULL);
    return ci_finish(image, width, height, NULL, ci_png_orientation(bytes, count));
  }
  png_set_scale_16(png);
  png_set_expand(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t channels = png_get_channels(png, info);
  if ((channels != 3 && channels != 4) || png_get_rowbytes(png, info) != (size_t)width * channels) {
    png_error(png, "a colour type that is not supported");
  }

  pixels = malloc((size_t)(width * height) * channels);
  rows = malloc((size_t)height * sizeof(png_bytep));
  if (!pixels || !rows) {
    image->lacks_memory = true;
    png_error(png, "no memory for the pixels");
  }
  for (ptrdiff_t y = 0; y < height; y++) rows[y] = pixels + (size_t)(y * width) * channels;
  png_read_image(png, rows);
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  free(rows);
  if (channels == 4) ci_blend(pixels, width * height, request->background, pixels);
  return ci_finish(image, width, height, pixels, ci_png_orientation(bytes, count));
}

typedef struct {
  uint8_t *data;
  size_t count, capacity;
} ci_png_target;

static void ci_png_write(png_structp png, png_bytep bytes, size_t count) {
  ci_png_target *target = png_get_io_ptr(png);
  if (target->count + count > target->capacity) {
    size_t capacity = 2 * (target->count + count);
    uint8_t *larger = realloc(target->data, capacity);
    if (!larger) png_error(png, "no memory for the file");
    target->data = larger;
    target->capacity = capacity;
  }
  memcpy(target->data + target->count, bytes, count);
  target->count += count;
}

static void ci_png_flush(png_structp png) { (void)png; }

bool ci_encode_png(const ci_image *image, ci_bytes *file) {
  file->data = NULL;
  file->count = 0;
  file->message[0] = 0;
  if (image->channels != 1 && image->channels != 3) {
    return ci_fail(file->message, "%td channels; a PNG is written from 1 or 3", image->channels);
  }
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, file->message, ci_png_give_up, ci_png_ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info) {
    png_destroy_write_struct(&png, NULL);
    return ci_fail(file->message, "libpng could not start");
  }
  ci_png_target target = {NULL, 0, 0};
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(target.data);
    return false;
  }
  png_set_write_fn(png, &target, ci_png_write, ci_png_flush);
  png_set_IHDR(
      png, info, (png_uint_32)image->width, (png_uint_32)image->height, 8,
      image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (ptrdiff_t y = 0; y < image->height; y++) {
    png_write_row(png, image->pixels + y * image->width * image->channels);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  file->data = target.data;
  file->count = target.count;
  return true;
}
