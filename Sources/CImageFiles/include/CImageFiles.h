// Image and compressed files in memory, with libjpeg-turbo, libpng and zlib.
//
// No function ends the process or prints. Functions that can fail return false and write a sentence to `message`. The caller
// frees memory with ci_free.
#ifndef CIMAGEFILES_H
#define CIMAGEFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Size of an error message, including its terminating zero.
enum { CI_MESSAGE_LENGTH = 200 };

/// Pixels [height, width, channels] of 8 bits.
typedef struct {
  ptrdiff_t height, width, channels;
  uint8_t *_Nullable pixels;
  /// EXIF orientation, 1 to 8: how to turn the pixels, which are here as in the file. 1 if the file has none.
  int orientation;
  /// Whether decoding failed because the file asks for more than `limit` pixels allow.
  bool exceeds_limit;
  /// Whether it failed because the system refused memory, which is not a fault of the file.
  bool lacks_memory;
  char message[CI_MESSAGE_LENGTH];
} ci_image;

/// A block of bytes.
typedef struct {
  uint8_t *_Nullable data;
  size_t count;
  /// Whether inflating failed at the limit.
  bool exceeds_limit;
  /// Whether it failed because the system refused memory, which is not a fault of the data.
  bool lacks_memory;
  char message[CI_MESSAGE_LENGTH];
} ci_bytes;

void ci_free(void *_Nullable memory);

/// Decodes a JPEG or PNG file (distinguished by their first bytes) to RGB: grey is repeated, palettes are looked up, 16 bits are
/// rounded to 8, alpha is dropped, CMYK is converted. A file that ends early, or whose entropy-coded data are damaged, fails;
/// libjpeg alone would fill the rest with grey and go on.
///
/// A small file may declare a large image, so the header is compared with `limit` (pixels) before memory of the image's size is
/// allocated. Memory is at most 11 bytes for each pixel; time is bounded by the file's size and `limit`.
bool ci_decode(const uint8_t *bytes, size_t count, ptrdiff_t limit, ci_image *image);
bool ci_decode_jpeg(const uint8_t *bytes, size_t count, ptrdiff_t limit, ci_image *image);
bool ci_decode_png(const uint8_t *bytes, size_t count, ptrdiff_t limit, ci_image *image);

/// Copies the pixels to `target`, turned and mirrored by `orientation`; 5 to 8 exchange height and width.
void ci_orient(const ci_image *image, uint8_t *target);

/// Encodes image->pixels of 1 (grey) or 3 (RGB) channels as PNG.
bool ci_encode_png(const ci_image *image, ci_bytes *file);

/// Scales by a triangle filter: bilinear when enlarging, and stretched over all source pixels that a target pixel
/// covers when shrinking, so nothing aliases (Pillow's BILINEAR). False when there is no memory.
bool ci_resize(
    const uint8_t *source, ptrdiff_t source_height, ptrdiff_t source_width, uint8_t *target, ptrdiff_t target_height,
    ptrdiff_t target_width, ptrdiff_t channels);

/// Inflates a gzip file in memory; fails if the result would exceed `limit` bytes, or if the file is cut off.
bool ci_gunzip(const uint8_t *bytes, size_t count, size_t limit, ci_bytes *result);

/// Inflates the first `wanted` bytes of a gzip file in memory, or all if there are fewer.
/// @return their number; -1 if the file is damaged before.
ptrdiff_t ci_gunzip_start(const uint8_t *bytes, size_t count, uint8_t *target, size_t wanted);

/// A gzip file, read as a stream.
typedef struct ci_gzip_reader ci_gzip_reader;
/// Null, with the reason in `message`, when the file cannot be opened or is not a gzip file.
ci_gzip_reader *_Nullable ci_gzip_open(const char *path, char message[_Nonnull CI_MESSAGE_LENGTH]);
/// Bytes read, less than `count` at the end only; -1 on damage, with the reason in `message`.
ptrdiff_t ci_gzip_read(ci_gzip_reader *reader, void *bytes, size_t count, char message[_Nonnull CI_MESSAGE_LENGTH]);
void ci_gzip_close(ci_gzip_reader *reader);

#pragma clang assume_nonnull end
#endif
