#include "../common/kernels.h"

CK_CLONES static void add_moments(
    ptrdiff_t count, const uint8_t *restrict x, uint32_t *restrict sums, uint32_t *restrict squares) {
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t value = x[i];
    sums[i] += value;
    squares[i] += value * value;
  }
}

void ck_image_moments(ptrdiff_t count, const uint8_t *x, uint32_t *sums, uint32_t *squares) {
  add_moments(count, x, sums, squares);
}
