// JPEG decoding with libjpeg-turbo, whose fatal errors become return values.
#include <setjmp.h>
#include <stdlib.h>

#include "internal.h"
// jpeglib.h requires <stdio.h> before it.
#include <jerror.h>
#include <jpeglib.h>

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf escape;
  char *message;
} ci_jpeg_error;

static void ci_jpeg_give_up(j_common_ptr common) {
  ci_jpeg_error *error = (ci_jpeg_error *)common->err;
  char text[JMSG_LENGTH_MAX];
  error->manager.format_message(common, text);
  ci_fail(error->message, "%s", text);
  longjmp(error->escape, 1);
}

/// libjpeg warns, fills what is missing with grey and goes on; for training data that is a failure.
/// Warnings that leave the pixels right (bytes between segments, odd version numbers) pass.
static void ci_jpeg_note(j_common_ptr common, int level) {
  if (level >= 0) return;
  switch (common->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
      ci_jpeg_give_up(common);
      break;
    default:
      break;
  }
}

/// CMYK to RGB in place, 4 bytes a pixel to 3. Adobe writes the inks inverted, and with them everyone else.
static void ci_convert_cmyk(uint8_t *row, ptrdiff_t width, bool inverted) {
  for (ptrdiff_t x = 0; x < width; x++) {
    int key = inverted ? row[4 * x + 3] : 255 - row[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      int ink = inverted ? row[4 * x + c] : 255 - row[4 * x + c];
      row[3 * x + c] = (uint8_t)((ink * key + 127) / 255);
    }
  }
}

bool ci_decode_jpeg(const uint8_t *bytes, size_t count, ci_image *image) {
  struct jpeg_decompress_struct jpeg;
  ci_jpeg_error error;
  // Changed between setjmp and longjmp, hence volatile.
  uint8_t *volatile pixels = NULL;
  uint8_t *volatile row = NULL;

  image->pixels = NULL;
  image->message[0] = 0;
  error.message = image->message;
  jpeg.err = jpeg_std_error(&error.manager);
  error.manager.error_exit = ci_jpeg_give_up;
  error.manager.emit_message = ci_jpeg_note;
  if (setjmp(error.escape)) {
    jpeg_destroy_decompress(&jpeg);
    free(pixels);
    free(row);
    return false;
  }

  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes, count);
  jpeg_read_header(&jpeg, TRUE);
  bool cmyk = jpeg.num_components == 4;
  jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&jpeg);

  ptrdiff_t width = jpeg.output_width, height = jpeg.output_height;
  if (width * height > ci_largest_image) {
    jpeg_destroy_decompress(&jpeg);
    return ci_fail(image->message, "%td × %td pixels are more than this program takes", width, height);
  }
  pixels = malloc((size_t)(width * height * 3));
  row = cmyk ? malloc((size_t)width * 4) : NULL;
  if (!pixels || (cmyk && !row)) {
    jpeg_destroy_decompress(&jpeg);
    free(pixels);
    free(row);
    return ci_fail(image->message, "no memory for %td × %td pixels", width, height);
  }
  while (jpeg.output_scanline < jpeg.output_height) {
    uint8_t *target = pixels + (ptrdiff_t)jpeg.output_scanline * width * 3;
    JSAMPROW line = cmyk ? row : target;
    jpeg_read_scanlines(&jpeg, &line, 1);
    if (cmyk) {
      ci_convert_cmyk(row, width, jpeg.saw_Adobe_marker);
      for (ptrdiff_t i = 0; i < width * 3; i++) target[i] = row[i];
    }
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  free(row);
  image->height = height;
  image->width = width;
  image->channels = 3;
  image->pixels = pixels;
  return true;
}
