#include <string.h>

#include "../common/kernels.h"

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

CK_INLINE uint32_t rotate(uint32_t x, int bits) { return x >> bits | x << (32 - bits); }

CK_INLINE uint32_t load_big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// One round of FIPS 180-4, 6.2.2, step 3, on a state whose letters are renamed instead of moved.
#define CK_ROUND(a, b, c, d, e, f, g, h, t)                                                                      \
  do {                                                                                                           \
    uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (g ^ (e & (f ^ g))) + constants[t] + w[t]; \
    d += t1;                                                                                                     \
    h = t1 + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) | (c & (a | b)));                         \
  } while (0)

// BMI's rotations and and-not make the scalar rounds a third faster.
CK_CLONES static void compress(uint32_t state[8], const uint8_t *bytes, size_t blocks) {
  for (; blocks > 0; blocks--, bytes += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; t++) w[t] = load_big_endian(bytes + 4 * t);
    for (int t = 16; t < 64; t++) {
      uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
      uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t += 8) {
      CK_ROUND(a, b, c, d, e, f, g, h, t);
      CK_ROUND(h, a, b, c, d, e, f, g, t + 1);
      CK_ROUND(g, h, a, b, c, d, e, f, t + 2);
      CK_ROUND(f, g, h, a, b, c, d, e, t + 3);
      CK_ROUND(e, f, g, h, a, b, c, d, t + 4);
      CK_ROUND(d, e, f, g, h, a, b, c, t + 5);
      CK_ROUND(c, d, e, f, g, h, a, b, t + 6);
      CK_ROUND(b, c, d, e, f, g, h, a, t + 7);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

void ck_sha256_init(ck_sha256 *hash) {
  static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(hash->state, initial, sizeof initial);
  hash->length = 0;
}

void ck_sha256_update(ck_sha256 *hash, const void *bytes, size_t count) {
  const uint8_t *input = bytes;
  size_t filled = hash->length % 64;
  hash->length += count;
  if (filled) {
    size_t size = count < 64 - filled ? count : 64 - filled;
    memcpy(hash->block + filled, input, size);
    input += size;
    count -= size;
    if (filled + size < 64) return;
    compress(hash->state, hash->block, 1);
  }
  compress(hash->state, input, count / 64);
  memcpy(hash->block, input + count / 64 * 64, count % 64);
}

void ck_sha256_final(ck_sha256 *hash, uint8_t digest[32]) {
  uint64_t bits = hash->length * 8;
  size_t filled = hash->length % 64;
  hash->block[filled++] = 0x80;
  if (filled > 56) {
    memset(hash->block + filled, 0, 64 - filled);
    compress(hash->state, hash->block, 1);
    filled = 0;
  }
  memset(hash->block + filled, 0, 56 - filled);
  for (int i = 0; i < 8; i++) hash->block[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
  compress(hash->state, hash->block, 1);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
