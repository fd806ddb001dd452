enum { CK_ROW_BLOCK = 64 };

#define CK_TEMPLATE "columns_template.h"
#include "instantiate.h"

void ck_column_sums(ck_type type, ptrdiff_t rows, ptrdiff_t columns, const void *x, void *sums, bool accumulate) {
  CK_CALL(type, column_sums, rows, columns, x, sums, accumulate);
}
