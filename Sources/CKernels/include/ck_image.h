// From 8-bit records to normalised network input.
#ifndef CK_IMAGE_H
#define CK_IMAGE_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Index of the tables of means and deviations.
typedef enum { CK_NO_TABLE = 0, CK_PER_CHANNEL = 1, CK_PER_PIXEL = 2 } ck_table;

/// Layout and transform of one image: first mirrored, then shifted.
typedef struct {
  ptrdiff_t height, width, channels;
  /// True for records [channels, height, width] (CIFAR), false for [height, width, channels].
  bool planar;
  /// Whether left and right are exchanged.
  bool mirror;
  /// Pixels down and to the right; the pixels that move in are 0 (before normalisation).
  ptrdiff_t shift_down, shift_right;
} ck_image;

/// y [height, width, channels] = (pixel · scale − mean) · inverse_deviation, tables of `channels` values or of
/// height·width·channels (in y's order, after the move), or none: y = pixel · scale.
void ck_image_normalize(
    ck_type type, const ck_image *image, const uint8_t *pixels, double scale, ck_table table,
    const void *_Nullable mean, const void *_Nullable inverse_deviation, void *y);

#pragma clang assume_nonnull end
#endif
