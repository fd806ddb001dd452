// Statistics of 8-bit images, exact.
#ifndef CK_IMAGE_MOMENTS_H
#define CK_IMAGE_MOMENTS_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// sums += x, squares += x², element by element. 32 bits suffice for the squares of at least 65 536 records.
void ck_image_moments(ptrdiff_t count, const uint8_t *x, uint32_t *sums, uint32_t *squares);

#pragma clang assume_nonnull end
#endif
