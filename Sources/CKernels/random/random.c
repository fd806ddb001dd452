#include <string.h>

#include "philox.h"

void ck_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]) {
  philox_block(counter, key[0], key[1], words);
}

CK_CLONES static void blocks(ck_stream stream, uint32_t first, ptrdiff_t count, uint32_t *words) {
  stream_blocks(stream, first, count, words);
}

void ck_random_words(ck_stream stream, uint64_t first, ptrdiff_t count, uint32_t *words) {
  uint32_t block = (uint32_t)(first / 4), some[4];
  ptrdiff_t skip = (ptrdiff_t)(first % 4);
  if (skip && count > 0) {
    ptrdiff_t size = count < 4 - skip ? count : 4 - skip;
    blocks(stream, block++, 1, some);
    memcpy(words, some + skip, size * sizeof(uint32_t));
    words += size;
    count -= size;
  }
  blocks(stream, block, count / 4, words);
  if (count % 4) {
    blocks(stream, block + (uint32_t)(count / 4), 1, some);
    memcpy(words + count / 4 * 4, some, count % 4 * sizeof(uint32_t));
  }
}

#define CK_TEMPLATE "../random/random_template.h"
#include "../common/instantiate.h"

void ck_random_uniform(ck_type type, ck_stream stream, ptrdiff_t count, double low, double high, void *y) {
  CK_CALL(type, random_uniform, stream, count, low, high, y);
}

void ck_random_normal(ck_type type, ck_stream stream, ptrdiff_t count, double mean, double deviation, void *y) {
  CK_CALL(type, random_normal, stream, count, mean, deviation, y);
}

void ck_dropout_forward(
    ck_type type, ptrdiff_t rows, ptrdiff_t row_length, double rate, ck_stream stream, const uint32_t *samples,
    const void *x, void *y, uint8_t *mask) {
  CK_CALL(type, dropout_forward, rows, row_length, rate, stream, samples, x, y, mask);
}

void ck_dropout_in_place(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, double rate, ck_stream stream, uint32_t first_block,
    uint32_t row_blocks, void *x) {
  CK_CALL(type, dropout_in_place, rows, columns, rate, stream, first_block, row_blocks, x);
}

void ck_dropout_backward(
    ck_type type, ptrdiff_t count, double rate, const uint8_t *mask, const void *dy, void *dx, bool accumulate) {
  double factor = 1 / (1 - rate);
  CK_CALL(type, dropout_backward, count, factor, mask, dy, dx, accumulate);
}
