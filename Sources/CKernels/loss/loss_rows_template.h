// One row of logits; for the templates of losses.
#include "../common/row_max_template.h"

// y = exp(x − largest); gives Σ y
CK_CLONES static REAL K(row_exp)(ptrdiff_t n, REAL largest, const REAL *x, REAL *y) {
  CK_REASSOCIATE
  CK_IN_PLACE
  for (ptrdiff_t c = 0; c < n; c++) y[c] = K(exp)(x[c] - largest);
  REAL sum = 0;
  for (ptrdiff_t c = 0; c < n; c++) sum += y[c];
  return sum;
}

// Σ exp(x − largest), without storing the terms
CK_CLONES static REAL K(row_exp_sum)(ptrdiff_t n, REAL largest, const REAL *x) {
  CK_REASSOCIATE
  REAL sum = 0;
  for (ptrdiff_t c = 0; c < n; c++) sum += K(exp)(x[c] - largest);
  return sum;
}

// Whether column `c` has the largest element, the first of equals.
static bool K(is_argmax)(ptrdiff_t c, REAL largest, const REAL *x) {
  ptrdiff_t first = 0;
  while (first < c && x[first] != largest) first++;
  return first == c && x[c] == largest;
}

// Whether row `r` is left out because no column has its label; then its gradient, unless null, is zero. Notes the first invalid row.
static bool K(is_left_out)(ptrdiff_t r, ptrdiff_t columns, int32_t label, REAL *gradient, ck_loss *result) {
  if (label >= 0 && label < columns) return false;
  if (label >= columns && result->invalid_row < 0) result->invalid_row = r;
  for (ptrdiff_t c = 0; gradient && c < columns; c++) gradient[c] = 0;
  return true;
}

CK_CLONES static void K(row_scale)(ptrdiff_t n, REAL factor, REAL less, REAL *x) {
  for (ptrdiff_t c = 0; c < n; c++) x[c] = x[c] * factor - less;
}
