// Shared by all kernels: the element type selector and the geometry of a sliding window.
#ifndef CK_BASE_H
#define CK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Element type of the buffers that a kernel is given as `void *`.
typedef enum { CK_FLOAT32 = 0, CK_FLOAT64 = 1 } ck_type;

/// A window that slides over images [batch, height, width, channels] and gives
/// [batch, output_height, output_width, …]. Tap (r, s) of output (i, j) reads row
/// i·stride_height + r·dilation_height − padding_top, column j·stride_width + s·dilation_width − padding_left;
/// taps outside the image are padding. Padding at the bottom and right follows from the output's size.
typedef struct {
  ptrdiff_t batch, height, width, channels;
  ptrdiff_t output_height, output_width;
  ptrdiff_t kernel_height, kernel_width;
  ptrdiff_t stride_height, stride_width;
  ptrdiff_t dilation_height, dilation_width;
  ptrdiff_t padding_top, padding_left;
} ck_window;

/// Version of the kernels for this processor: 4 for AVX-512 (x86-64-v4), 3 for AVX2 (x86-64-v3), else 1.
int ck_processor_level(void);

#pragma clang assume_nonnull end
#endif
