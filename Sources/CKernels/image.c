#define CK_TEMPLATE "image_template.h"
#include "instantiate.h"

void ck_image_normalize(
    ck_type type, const ck_image *image, const uint8_t *pixels, double scale, ck_table table, const void *mean,
    const void *inverse_deviation, void *y) {
  CK_CALL(type, image_normalize, image, pixels, scale, table, mean, inverse_deviation, y);
}
