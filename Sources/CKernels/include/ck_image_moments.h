// Statistics of 8-bit images, exact.
#ifndef CK_IMAGE_MOMENTS_H
#define CK_IMAGE_MOMENTS_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// sums += x, squares += x², element by element. 32 bits hold the squares of 65 536 records at least.
void ck_image_moments(ptrdiff_t count, const uint8_t *x, uint32_t *sums, uint32_t *squares);

#pragma clang assume_nonnull end
#endif
