// Image and compressed files in memory, with libjpeg-turbo, libpng, libwebp, libtiff, giflib and zlib.
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

/// Ways of fitting an image into another shape.
typedef enum {
  /// Height and width are scaled separately.
  CI_STRETCH,
  /// The largest part of the right shape around the centre is scaled.
  CI_CROP,
  /// The whole image is scaled in proportion; what remains is filled with the background.
  CI_LETTERBOX,
} ci_fit;

/// The kernels of Pillow's BILINEAR and BICUBIC: a triangle, and Keys's cubic with a = −1/2.
typedef enum { CI_BILINEAR, CI_BICUBIC } ci_filter;

/// A request to a decoder: a limit, and the size and background that the image is to have.
typedef struct {
  /// Most pixels that a file may have.
  ptrdiff_t limit;
  /// Size of the upright image that the pixels are resized to afterwards; 0 if they are not. JPEG files are then decoded at the
  /// smallest of the scales 1, 1/2, 1/4 and 1/8 that is not below that size.
  ptrdiff_t height, width;
  ci_fit fit;
  /// Red, green and blue behind pixels that are not opaque.
  uint8_t background[3];
  /// Whether the header alone is read: the image then has a size, an orientation and no pixels.
  bool measures;
} ci_request;

/// Reading of the ink values of a CMYK or YCCK file.
typedef enum {
  /// The file has no inks.
  CI_NO_INKS,
  /// 255 is full ink.
  CI_INKS,
  /// 0 is full ink: a JPEG file with Adobe's marker.
  CI_INVERTED_INKS,
} ci_inks;

/// Pixels [height, width, channels] of 8 bits.
typedef struct {
  ptrdiff_t height, width, channels;
  uint8_t *_Nullable pixels;
  /// EXIF orientation, 1 to 8: how to turn the pixels, which are here as in the file. 1 if the file has none.
  int orientation;
  /// Of JPEG files.
  ci_inks inks;
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

/// Decodes an image file to RGB, whatever its name; its first bytes tell the format. Of GIF, TIFF and WebP files with several
/// images the first is taken.
///
/// Grey is repeated, palettes are looked up, 16 bits are rounded to 8, and transparent pixels are blended with the background.
/// CMYK is converted as c·k/255, YCCK by way of it. Ink values are taken as inverted if the file has Adobe's marker, which common
/// programs write.
///
/// A file that ends early, or whose entropy-coded data are damaged, fails; libjpeg alone would fill the rest with grey and go on.
///
/// A small file may declare a large image, so the header is compared with `limit` before memory of the image's size is
/// allocated. Memory is at most 11 bytes for each pixel; time is bounded by the file's size and `limit`.
bool ci_decode(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image);

/// Copies the pixels to `target`, turned and mirrored by `orientation`; 5 to 8 exchange height and width.
void ci_orient(const ci_image *image, uint8_t *target);

/// Encodes image->pixels of 1 (grey) or 3 (RGB) channels as PNG.
bool ci_encode_png(const ci_image *image, ci_bytes *file);

/// Resizes to [target_height, target_width, channels], 1 to 4 channels; a filter is stretched over all source pixels that a target
/// pixel covers, so nothing aliases. The arithmetic is Pillow's, on whole numbers (weights of 22 bits, rounding to 8 bits
/// between the passes): the same bits on every processor.
///
/// @return false when there is no memory.
bool ci_resize(
    const uint8_t *source, ptrdiff_t source_height, ptrdiff_t source_width, uint8_t *target, ptrdiff_t target_height,
    ptrdiff_t target_width, ptrdiff_t channels, ci_fit fit, ci_filter filter, const uint8_t *_Nonnull background);

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
