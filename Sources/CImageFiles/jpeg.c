// JPEG decoding with libjpeg-turbo, whose fatal errors become return values.
#include <setjmp.h>

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

/// Converts CMYK to RGB, 4 bytes for each pixel to 3. Adobe's programs, and those that follow them, store inverted inks.
static void ci_convert_cmyk(const uint8_t *row, ptrdiff_t width, bool inverted, uint8_t *target) {
  for (ptrdiff_t x = 0; x < width; x++) {
    int key = inverted ? row[4 * x + 3] : 255 - row[4 * x + 3];
    for (int c = 0; c < 3; c++) {
      int ink = inverted ? row[4 * x + c] : 255 - row[4 * x + c];
      target[3 * x + c] = (uint8_t)((ink * key + 127) / 255);
    }
  }
}

/// The smallest of the scales 1/8, 1/4, 1/2 and 1, in eighths, at which the part that is resized is not below the requested size.
static unsigned ci_jpeg_scale(ptrdiff_t width, ptrdiff_t height, int orientation, const ci_request *request) {
  if (request->height <= 0 || request->width <= 0) return 8;
  bool turned = orientation >= 5;
  ptrdiff_t target_width = turned ? request->height : request->width;
  ptrdiff_t target_height = turned ? request->width : request->height;
  ci_placement place = ci_place(height, width, target_height, target_width, request->fit);
  for (unsigned eighths = 1; eighths < 8; eighths *= 2) {
    double scale = eighths / 8.0;
    if ((place.right - place.left) * scale >= (double)place.width && (place.bottom - place.top) * scale >= (double)place.height) {
      return eighths;
    }
  }
  return 8;
}

bool ci_decode_jpeg(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  struct jpeg_decompress_struct jpeg;
  ci_jpeg_error error;
  ci_jpeg_progress progress = {
      .manager = {.progress_monitor = ci_jpeg_count_scans}, .limit = request->limit, .image = image};
  // Changed between setjmp and longjmp, hence volatile.
  uint8_t *volatile pixels = NULL;
  uint8_t *volatile row = NULL;

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
  if (!ci_check_size(jpeg.image_width, jpeg.image_height, request->limit, image)) {
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  bool cmyk = jpeg.num_components == 4;
  image->inks = !cmyk ? CI_NO_INKS : jpeg.saw_Adobe_marker ? CI_INVERTED_INKS : CI_INKS;
  int orientation = ci_jpeg_orientation(bytes, count);
  if (request->measures) {
    ci_finish(image, jpeg.image_width, jpeg.image_height, NULL, orientation);
    jpeg_destroy_decompress(&jpeg);
    return true;
  }
  jpeg.progress = &progress.manager;
  jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
  jpeg.scale_num = ci_jpeg_scale(jpeg.image_width, jpeg.image_height, orientation, request);
  jpeg.scale_denom = 8;
  jpeg_start_decompress(&jpeg);

  ptrdiff_t width = jpeg.output_width, height = jpeg.output_height;
  pixels = ci_allocate_pixels(width, height, image);
  row = pixels && cmyk ? malloc((size_t)width * 4) : NULL;
  if (!pixels || (cmyk && !row)) {
    jpeg_destroy_decompress(&jpeg);
    free(pixels);
    return ci_fail_for_memory(image, "no memory for %td × %td pixels", width, height);
  }
  while (jpeg.output_scanline < jpeg.output_height) {
    uint8_t *target = pixels + (ptrdiff_t)jpeg.output_scanline * width * 3;
    JSAMPROW line = cmyk ? row : target;
    jpeg_read_scanlines(&jpeg, &line, 1);
    if (cmyk) ci_convert_cmyk(row, width, jpeg.saw_Adobe_marker, target);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  free(row);
  return ci_finish(image, width, height, pixels, orientation);
}
