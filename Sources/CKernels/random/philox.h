// Philox4x32-10, eight blocks at a time so that it vectorises.
#ifndef CK_PHILOX_H
#define CK_PHILOX_H

#include "../common/kernels.h"

CK_INLINE void philox_block(const uint32_t counter[4], uint32_t key0, uint32_t key1, uint32_t words[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  for (int round = 0; round < 10; round++) {
    uint64_t product0 = (uint64_t)0xD2511F53u * c0;
    uint64_t product1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(product1 >> 32) ^ c1 ^ key0;
    c1 = (uint32_t)product1;
    c2 = (uint32_t)(product0 >> 32) ^ c3 ^ key1;
    c3 = (uint32_t)product0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

/// Blocks first..<first + count of a stream, four words each.
CK_INLINE void stream_blocks(ck_stream stream, uint32_t first, ptrdiff_t count, uint32_t *words) {
  uint32_t key0 = (uint32_t)stream.seed, key1 = (uint32_t)(stream.seed >> 32);
  uint32_t use = stream.purpose | stream.layer << 8;
  for (ptrdiff_t b = 0; b < count; b++) {
    uint32_t counter[4] = {first + (uint32_t)b, stream.sample, stream.step, use};
    philox_block(counter, key0, key1, words + 4 * b);
  }
}

#endif
