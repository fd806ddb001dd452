#include <string.h>

#include "../common/kernels.h"

// One vector operation with AVX-512, two with AVX2; four chains hide the latency of the multiplication.
typedef uint32_t lanes __attribute__((vector_size(64)));
enum { CHAINS = 4, LANES = 16 * CHAINS, BLOCK = 4 * LANES };

// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a permutation of the 64-bit numbers.
CK_INLINE uint64_t mixed(uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

CK_CLONES static void absorb(lanes state[CHAINS], const uint8_t *bytes, ptrdiff_t blocks) {
  lanes s[CHAINS], w[CHAINS];
  memcpy(s, state, sizeof s);
  for (; blocks > 0; blocks--, bytes += BLOCK) {
    memcpy(w, bytes, sizeof w);
    for (int i = 0; i < CHAINS; i++) {
      s[i] = (s[i] ^ w[i]) * 0x9e3779b1u;
      s[i] = s[i] << 13 | s[i] >> 19;
    }
  }
  memcpy(state, s, sizeof s);
}

uint64_t ck_digest(uint64_t seed, const void *bytes, ptrdiff_t count) {
  lanes state[CHAINS];
  uint32_t words[LANES];
  for (int i = 0; i < LANES; i++) words[i] = (uint32_t)mixed(seed + (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u);
  memcpy(state, words, sizeof state);

  ptrdiff_t rest = count % BLOCK;
  absorb(state, bytes, count / BLOCK);
  if (rest) {
    uint8_t last[BLOCK] = {0};
    memcpy(last, (const uint8_t *)bytes + count - rest, rest);
    absorb(state, last, 1);
  }

  memcpy(words, state, sizeof words);
  uint64_t digest = mixed(seed ^ (uint64_t)count);
  for (int i = 0; i < LANES; i++) digest = mixed(digest ^ words[i]);
  return digest;
}
