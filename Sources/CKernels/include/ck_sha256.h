// SHA-256 (FIPS 180-4). Written here, since swift-crypto would take minutes to compile for one digest.
#ifndef CK_SHA256_H
#define CK_SHA256_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

typedef struct {
  uint32_t state[8];
  /// Number of bytes so far.
  uint64_t length;
  /// The started block.
  uint8_t block[64];
} ck_sha256;

void ck_sha256_init(ck_sha256 *hash);
void ck_sha256_update(ck_sha256 *hash, const void *bytes, size_t count);
/// The digest of all bytes so far; the state is invalid afterwards.
void ck_sha256_final(ck_sha256 *hash, uint8_t digest[_Nonnull 32]);

#pragma clang assume_nonnull end
#endif
