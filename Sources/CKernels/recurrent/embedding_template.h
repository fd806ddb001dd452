// Rows of a table by number; see ck_embedding.h.

static ptrdiff_t K(embedding_forward)(
    ptrdiff_t count, ptrdiff_t vocabulary, ptrdiff_t width, const REAL *tokens, const REAL *table, REAL *y) {
  for (ptrdiff_t i = 0; i < count; i++) {
    // The comparison refuses NaN; a number between two rows is refused as well.
    if (!(tokens[i] >= 0 && tokens[i] < (REAL)vocabulary)) return i;
    ptrdiff_t row = (ptrdiff_t)tokens[i];
    if ((REAL)row != tokens[i]) return i;
    memcpy(y + i * width, table + row * width, width * sizeof(REAL));
  }
  return -1;
}

CK_CLONES static void K(embedding_backward)(
    ptrdiff_t count, ptrdiff_t vocabulary, ptrdiff_t width, const REAL *tokens, const REAL *dy, REAL *dtable,
    bool accumulate) {
  if (!accumulate) memset(dtable, 0, vocabulary * width * sizeof(REAL));
  for (ptrdiff_t i = 0; i < count; i++) {
    REAL *to = dtable + (ptrdiff_t)tokens[i] * width;
    for (ptrdiff_t c = 0; c < width; c++) to[c] += dy[i * width + c];
  }
}
