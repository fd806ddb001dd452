// Rows of a table by number. Numbers come as reals, which hold integers below 2²⁴ exactly in either type.
#ifndef CK_EMBEDDING_H
#define CK_EMBEDDING_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// y [count, width]: row tokens[i] of table [vocabulary, width]. Returns -1, or the first position whose token is not the
/// number of a row; then y is undefined.
ptrdiff_t ck_embedding_forward(
    ck_type type, ptrdiff_t count, ptrdiff_t vocabulary, ptrdiff_t width, const void *tokens, const void *table,
    void *y);

/// dtable[tokens[i]] += dy[i], in the order of i; without `accumulate` dtable is zeroed first. Tokens are those of the forward
/// pass.
void ck_embedding_backward(
    ck_type type, ptrdiff_t count, ptrdiff_t vocabulary, ptrdiff_t width, const void *tokens, const void *dy,
    void *dtable, bool accumulate);

#pragma clang assume_nonnull end
#endif
