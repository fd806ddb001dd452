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
  ci_image *image;
} ci_jpeg_error;

/// Called by libjpeg while it reads the scans.
typedef struct {
  struct jpeg_progress_mgr manager;
  ptrdiff_t limit;
  ci_image *image;
} ci_jpeg_progress;

/// Most scans of an image of `limit` pixels; smaller images may have more. Cameras and programs write about ten.
enum { CI_SCANS = 16 };

static void ci_jpeg_give_up(j_common_ptr common) {
  ci_jpeg_error *error = (ci_jpeg_error *)common->err;
  char text[JMSG_LENGTH_MAX];
  error->manager.format_message(common, text);
  error->image->lacks_memory = error->manager.msg_code == JERR_OUT_OF_MEMORY;
  ci_fail(error->image->message, "%s", text);
  longjmp(error->escape, 1);
}

/// Turns warnings of libjpeg into failures, since it fills missing pixels with grey and goes on. Warnings that do not affect
/// pixels (bytes between segments, odd version numbers) are ignored.
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

/// Bounds scans times pixels: each scan processes all coefficients, though it may be a few bytes of the file.
static void ci_jpeg_count_scans(j_common_ptr common) {
  j_decompress_ptr jpeg = (j_decompress_ptr)common;
  ci_jpeg_progress *progress = (ci_jpeg_progress *)jpeg->progress;
  ptrdiff_t width = jpeg->image_width, height = jpeg->image_height, scans = jpeg->input_scan_number;
  // Sizes are below 2¹⁶, and a file has fewer than 2³¹ scans.
  if (scans <= CI_SCANS || width * height <= CI_SCANS * progress->limit / scans) return;
  progress->image->exceeds_limit = true;
  ci_fail(
      progress->image->message, "has more than %td scans of %td × %td pixels; the limit is %d scans of %td pixels",
      scans - 1, width, height, CI_SCANS, progress->limit);
  longjmp(((ci_jpeg_error *)common->err)->escape, 1);
}

/// Converts CMYK to RGB in place, 4 bytes for each pixel to 3. Inks are inverted in the file, as Adobe and all others write them.
static void ci_convert_cmyk(uint8_t *row, ptrdiff_t width, bool inverted) {
  for (ptrdiff_t x = 0; x < width; x++) {
    int key = inverted ? row[4 * x + 3] : 255 - row[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      int ink = inverted ? row[4 * x + c] : 255 - row[4 * x + c];
      row[3 * x + c] = (uint8_t)((ink * key + 127) / 255);
    }
  }
}

bool ci_decode_jpeg(const uint8_t *bytes, size_t count, ptrdiff_t limit, ci_image *image) {
  struct jpeg_decompress_struct jpeg;
  ci_jpeg_error error;
  ci_jpeg_progress progress = {.manager = {.progress_monitor = ci_jpeg_count_scans}, .limit = limit, .image = image};
  // Changed between setjmp and longjmp, hence volatile.
  uint8_t *volatile pixels = NULL;
  uint8_t *volatile row = NULL;

  image->pixels = NULL;
  image->message[0] = 0;
  image->exceeds_limit = image->lacks_memory = false;
  error.image = image;
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
  // Before jpeg_start_decompress, which allocates the coefficients of a progressive file.
  ptrdiff_t width = jpeg.image_width, height = jpeg.image_height;
  if (!ci_check_size(width, height, limit, image)) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg.progress = &progress.manager;
  bool cmyk = jpeg.num_components == 4;
  jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&jpeg);

  // Without scaling.
  if ((ptrdiff_t)jpeg.output_width != width || (ptrdiff_t)jpeg.output_height != height) {
    jpeg_destroy_decompress(&jpeg);
    return ci_fail(image->message, "libjpeg changed the size of the image");
  }
  pixels = malloc((size_t)(width * height * 3));
  row = cmyk ? malloc((size_t)width * 4) : NULL;
  if (!pixels || (cmyk && !row)) {
    jpeg_destroy_decompress(&jpeg);
    free(pixels);
    free(row);
    return ci_fail_for_memory(image, "no memory for %td × %td pixels", width, height);
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
  image->orientation = ci_jpeg_orientation(bytes, count);
  return true;
}
