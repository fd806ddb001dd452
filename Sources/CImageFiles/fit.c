// Chooses the part of an image that is resized, and the rectangle that it fills: rounded as Pillow's ImageOps.fit and
// ImageOps.pad do.
#include <math.h>

#include "internal.h"

#pragma clang fp contract(off)

/// One side in proportion to the other; at least 1 pixel.
static ptrdiff_t ci_proportional(ptrdiff_t side, ptrdiff_t numerator, ptrdiff_t denominator) {
  ptrdiff_t length = (ptrdiff_t)rint((double)numerator / (double)denominator * (double)side);
  return length > 0 ? length : 1;
}

ci_placement ci_place(
    ptrdiff_t source_height, ptrdiff_t source_width, ptrdiff_t target_height, ptrdiff_t target_width, ci_fit fit) {
  ci_placement place = {0, 0, (double)source_width, (double)source_height, 0, 0, target_width, target_height};
  // Compares the ratios of width and height in whole numbers: sizes are below 2³¹.
  int64_t wide = (int64_t)source_width * target_height, tall = (int64_t)target_width * source_height;
  if (fit == CI_STRETCH || wide == tall) return place;
  double ratio = (double)target_width / (double)target_height;
  if (fit == CI_CROP && wide > tall) {
    double width = ratio * (double)source_height;
    place.left = ((double)source_width - width) * 0.5;
    place.right = place.left + width;
  } else if (fit == CI_CROP) {
    double height = (double)source_width / ratio;
    place.top = ((double)source_height - height) * 0.5;
    place.bottom = place.top + height;
  } else if (wide > tall) {
    place.height = ci_proportional(target_width, source_height, source_width);
    place.y = (ptrdiff_t)rint((double)(target_height - place.height) * 0.5);
  } else {
    place.width = ci_proportional(target_height, source_width, source_height);
    place.x = (ptrdiff_t)rint((double)(target_width - place.width) * 0.5);
  }
  return place;
}
