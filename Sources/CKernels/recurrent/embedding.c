#include <string.h>

#define CK_TEMPLATE "../recurrent/embedding_template.h"
#include "../common/instantiate.h"

ptrdiff_t ck_embedding_forward(
    ck_type type, ptrdiff_t count, ptrdiff_t vocabulary, ptrdiff_t width, const void *tokens, const void *table,
    void *y) {
  return CK_CALL(type, embedding_forward, count, vocabulary, width, tokens, table, y);
}

void ck_embedding_backward(
    ck_type type, ptrdiff_t count, ptrdiff_t vocabulary, ptrdiff_t width, const void *tokens, const void *dy,
    void *dtable, bool accumulate) {
  CK_CALL(type, embedding_backward, count, vocabulary, width, tokens, dy, dtable, accumulate);
}
