// From 8-bit records to normalised network input.
#ifndef CK_IMAGE_H
#define CK_IMAGE_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Index of the tables of means and deviations.
typedef enum { CK_NO_TABLE = 0, CK_PER_CHANNEL = 1, CK_PER_PIXEL = 2 } ck_table;

/// A window onto an image: which of its pixels a result of rows × columns shows. Mirrors, shifts and crops are windows, and so is
/// any sequence of them.
typedef struct {
  /// Sizes of the image.
  ptrdiff_t height, width, channels;
  /// True for records [channels, height, width] (CIFAR), false for [height, width, channels].
  bool planar;
  /// Sizes of the result.
  ptrdiff_t rows, columns;
  /// The image's row and column at the result's first pixel; columns go left from there where it is mirrored.
  ptrdiff_t row, column;
  bool mirror;
  /// The result's rows top ..< bottom and columns left ..< right show the image; the rest is 0 (before normalisation).
  ptrdiff_t top, bottom, left, right;
} ck_image;

/// y [rows, columns, channels] = (pixel · scale − mean) · inverse_deviation, tables of `channels` values or of
/// rows·columns·channels (in y's order), or none: y = pixel · scale.
void ck_image_normalize(
    ck_type type, const ck_image *image, const uint8_t *pixels, double scale, ck_table table,
    const void *_Nullable mean, const void *_Nullable inverse_deviation, void *y);

/// y [rows, columns, channels] = the window's bytes.
void ck_image_gather(const ck_image *image, const uint8_t *pixels, uint8_t *y);

/// A crop [rows, columns, channels] of an image [height, width, channels], whose first pixel is the image's (top, left). Beyond
/// an edge, the image is mirrored, without doubling the edge itself. Rows and columns lie outside by less than the height and the
/// width.
void ck_image_crop_reflected(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, ptrdiff_t top, ptrdiff_t left,
    ptrdiff_t rows, ptrdiff_t columns, uint8_t *y);

#pragma clang assume_nonnull end
#endif
