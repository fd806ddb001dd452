// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
#ifndef CK_RANDOM_H
#define CK_RANDOM_H

#include "ck_base.h"

#pragma clang assume_nonnull begin

/// Key of a stream. The seed is Philox's key; the counter is (block, sample, step, purpose | layer << 8). Each block gives four
/// 32-bit words: word i of a stream is word i mod 4 of block i/4.
/// purpose < 2⁸, layer < 2²⁴, words < 2³⁴.
typedef struct {
  uint64_t seed;
  uint32_t purpose, step, sample, layer;
} ck_stream;

/// Philox4x32-10 itself, one block: counter and key as in the paper, the result in `words`.
void ck_philox4x32(const uint32_t counter[_Nonnull 4], const uint32_t key[_Nonnull 2], uint32_t words[_Nonnull 4]);

/// Words first..<first + count of a stream.
void ck_random_words(ck_stream stream, uint64_t first, ptrdiff_t count, uint32_t *words);

/// Uniform in [low, high), one word each for float (24 bits of it), two for double (53 bits); from the stream's start.
void ck_random_uniform(ck_type type, ck_stream stream, ptrdiff_t count, double low, double high, void *y);

/// Normal by Box and Muller (1958), computed in double, then rounded; four words a pair of values, so that both types
/// draw the same numbers.
void ck_random_normal(ck_type type, ck_stream stream, ptrdiff_t count, double mean, double deviation, void *y);

/// Inverted dropout: an element is zeroed with probability `rate`, else scaled by 1/(1 − rate) and marked with 1 in mask. Row r
/// draws from the stream of sample samples[r] or, if samples is null, stream.sample + r; its element i uses word i. In place.
void ck_dropout_forward(
    ck_type type, ptrdiff_t rows, ptrdiff_t row_length, double rate, ck_stream stream,
    const uint32_t *_Nullable samples, const void *x, void *y, uint8_t *mask);
/// dx = dy · mask/(1 − rate); in place on dy.
void ck_dropout_backward(
    ck_type type, ptrdiff_t count, double rate, const uint8_t *mask, const void *dy, void *dx, bool accumulate);
/// The same without storing a mask, in place on x [rows, columns]: a later call draws the mask again. Element i of row r uses
/// word i of the stream from block `first_block + r · row_blocks` on.
void ck_dropout_in_place(
    ck_type type, ptrdiff_t rows, ptrdiff_t columns, double rate, ck_stream stream, uint32_t first_block,
    uint32_t row_blocks, void *x);

#pragma clang assume_nonnull end
#endif
