// Changes of 8-bit images [height, width, channels] that compute new pixels.
#ifndef CK_IMAGE_CHANGES_H
#define CK_IMAGE_CHANGES_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// The rows × columns part whose first pixel is (top, left), scaled bilinearly to y [height, width, channels], the image's own size.
/// The part is scaled up only, so that antialiasing would change nothing.
void ck_image_enlarge(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, ptrdiff_t top, ptrdiff_t left,
    ptrdiff_t rows, ptrdiff_t columns, uint8_t *y);

/// y(j, i) = the image at (matrix[0]·j + matrix[1]·i + matrix[2], matrix[3]·j + matrix[4]·i + matrix[5]), column before row,
/// bilinearly; pixels outside the image are `fill`.
void ck_image_affine(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, const double *matrix, uint8_t fill,
    uint8_t *y);

/// y = factor · pixels, limited to 0 … 255, fractions cut off.
void ck_image_brightness(ptrdiff_t count, const uint8_t *pixels, float factor, uint8_t *y);

/// y = factor · pixels + (1 − factor) · mean, the mean being that of the grey image (of all values, if there are not 3 channels).
void ck_image_contrast(ptrdiff_t count, ptrdiff_t channels, const uint8_t *pixels, float factor, uint8_t *y);

/// y = factor · pixels + (1 − factor) · grey, grey = 0.2989 red + 0.587 green + 0.114 blue. `count` pixels of 3 channels.
void ck_image_saturation(ptrdiff_t count, const uint8_t *pixels, float factor, uint8_t *y);

/// Hue moved by `turn` of its circle, −0.5 to 0.5, in HSV. `count` pixels of 3 channels.
void ck_image_hue(ptrdiff_t count, const uint8_t *pixels, float turn, uint8_t *y);

enum { CK_LARGEST_BLUR = 63 };

/// Convolution with a Gaussian of `kernel` × `kernel` values, odd and at most CK_LARGEST_BLUR, mirrored at the edges. kernel / 2 is
/// below height and width.
void ck_image_blur(
    ptrdiff_t height, ptrdiff_t width, ptrdiff_t channels, const uint8_t *pixels, ptrdiff_t kernel, double sigma,
    uint8_t *y);

#pragma clang assume_nonnull end
#endif
