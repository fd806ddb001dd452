// One 8-bit image to normalised numbers; see ck_image.h.

CK_INLINE REAL K(normalized)(
    REAL value, ptrdiff_t channel, ptrdiff_t element, ck_table table, const REAL *mean,
    const REAL *inverse_deviation) {
  switch (table) {
    case CK_PER_CHANNEL: return (value - mean[channel]) * inverse_deviation[channel];
    case CK_PER_PIXEL: return (value - mean[element]) * inverse_deviation[element];
    case CK_NO_TABLE: break;
  }
  return value;
}

CK_INLINE void K(image_rows)(
    const ck_image *image, const uint8_t *pixels, REAL scale, ck_table table, const REAL *mean,
    const REAL *inverse_deviation, REAL *y) {
  ptrdiff_t height = image->height, width = image->width, channels = image->channels;
  ptrdiff_t column_step = image->planar ? 1 : channels, channel_step = image->planar ? height * width : 1;
  ptrdiff_t right = image->shift_right;
  // Output columns whose pixel lies inside the source.
  ptrdiff_t begin = right < 0 ? 0 : right < width ? right : width;
  ptrdiff_t end = right > 0 ? width : width + right > begin ? width + right : begin;
  for (ptrdiff_t i = 0; i < height; i++) {
    ptrdiff_t source_row = i - image->shift_down;
    bool inside = source_row >= 0 && source_row < height;
    const uint8_t *row = inside ? pixels + source_row * width * column_step : pixels;
    for (ptrdiff_t j = 0; j < width; j++) {
      ptrdiff_t source = image->mirror ? width - 1 - (j - right) : j - right;
      bool empty = !inside || j < begin || j >= end;
      for (ptrdiff_t c = 0; c < channels; c++) {
        ptrdiff_t element = (i * width + j) * channels + c;
        REAL value = empty ? 0 : scale * row[source * column_step + c * channel_step];
        y[element] = K(normalized)(value, c, element, table, mean, inverse_deviation);
      }
    }
  }
}

CK_CLONES static void K(image_normalize)(
    const ck_image *image, const uint8_t *pixels, REAL scale, ck_table table, const REAL *mean,
    const REAL *inverse_deviation, REAL *y) {
  switch (table) {
    case CK_NO_TABLE: K(image_rows)(image, pixels, scale, CK_NO_TABLE, mean, inverse_deviation, y); break;
    case CK_PER_CHANNEL: K(image_rows)(image, pixels, scale, CK_PER_CHANNEL, mean, inverse_deviation, y); break;
    case CK_PER_PIXEL: K(image_rows)(image, pixels, scale, CK_PER_PIXEL, mean, inverse_deviation, y); break;
  }
}
