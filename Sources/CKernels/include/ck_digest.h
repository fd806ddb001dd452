// A 64-bit digest at the speed of memory, for comparing replicas. It finds faults, but does not protect against forgery, as
// SHA-256 does.
#ifndef CK_DIGEST_H
#define CK_DIGEST_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Digest of `count` bytes at any alignment. Buffers that differ in one aligned group of four bytes always have different
/// digests; others almost always.
///
/// 64 lanes of 32 bits each take every 64th word w: x ← rotate((x ⊕ w) · odd, 13), which loses no difference; the lanes,
/// the length and `seed` (the digest of preceding bytes) are combined by SplitMix64's finaliser.
uint64_t ck_digest(uint64_t seed, const void *_Nullable bytes, ptrdiff_t count);

#pragma clang assume_nonnull end
#endif
