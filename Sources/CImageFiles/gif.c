// GIF decoding with giflib: the first image of the file.
#include <gif_lib.h>
#include <string.h>

#include "internal.h"

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
} ci_gif_source;

static int ci_gif_read(GifFileType *gif, GifByteType *target, int wanted) {
  ci_gif_source *source = gif->UserData;
  size_t rest = source->count - source->position, count = (size_t)wanted < rest ? (size_t)wanted : rest;
  memcpy(target, source->bytes + source->position, count);
  source->position += count;
  return (int)count;
}

/// Reads on to the first image, and notes the colour that is transparent in it, or −1.
static bool ci_gif_find_image(GifFileType *gif, int *transparent) {
  for (;;) {
    GifRecordType type;
    if (DGifGetRecordType(gif, &type) != GIF_OK) return false;
    if (type == IMAGE_DESC_RECORD_TYPE) return true;
    if (type != EXTENSION_RECORD_TYPE) return false;
    int code;
    GifByteType *block;
    if (DGifGetExtension(gif, &code, &block) != GIF_OK) return false;
    GraphicsControlBlock control;
    if (code == GRAPHICS_EXT_FUNC_CODE && block && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      *transparent = control.TransparentColor;
    }
    while (block) {
      if (DGifGetExtensionNext(gif, &block) != GIF_OK) return false;
    }
  }
}

/// Decodes the image into its rectangle of a screen of the background.
static bool ci_gif_read_pixels(
    GifFileType *gif, int transparent, const ci_request *request, uint8_t *pixels, GifPixelType *line, ci_image *image) {
  ptrdiff_t width = gif->SWidth;
  GifImageDesc part = gif->Image;
  ColorMapObject *colors = part.ColorMap ? part.ColorMap : gif->SColorMap;
  if (!colors) return ci_fail(image->message, "a GIF file without colours");
  static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
  for (int pass = 0; pass < (part.Interlace ? 4 : 1); pass++) {
    int start = part.Interlace ? starts[pass] : 0, step = part.Interlace ? steps[pass] : 1;
    for (int y = start; y < part.Height; y += step) {
      if (DGifGetLine(gif, line, part.Width) != GIF_OK) return ci_fail(image->message, "damaged GIF data");
      uint8_t *target = pixels + ((part.Top + y) * width + part.Left) * 3;
      for (int x = 0; x < part.Width; x++, target += 3) {
        if (line[x] == transparent) {
          memcpy(target, request->background, 3);
          continue;
        }
        if (line[x] >= colors->ColorCount) return ci_fail(image->message, "damaged GIF data: a colour beyond the palette");
        GifColorType color = colors->Colors[line[x]];
        target[0] = color.Red;
        target[1] = color.Green;
        target[2] = color.Blue;
      }
    }
  }
  return true;
}

bool ci_decode_gif(const uint8_t *bytes, size_t count, const ci_request *request, ci_image *image) {
  ci_gif_source source = {bytes, count, 0};
  int code = 0, transparent = NO_TRANSPARENT_COLOR;
  GifFileType *gif = DGifOpen(&source, ci_gif_read, &code);
  if (!gif) return ci_fail(image->message, "damaged GIF header");
  uint8_t *pixels = NULL;
  GifPixelType *line = NULL;
  ptrdiff_t width = gif->SWidth, height = gif->SHeight;
  bool ready = false;
  if (!ci_gif_find_image(gif, &transparent) || DGifGetImageDesc(gif) != GIF_OK) {
    ci_fail(image->message, "a GIF file without an image, or one that ends early");
  } else if (width < 1 || height < 1 || gif->Image.Width < 1 || gif->Image.Height < 1 || gif->Image.Left < 0 ||
             gif->Image.Top < 0 || gif->Image.Left + gif->Image.Width > width || gif->Image.Top + gif->Image.Height > height) {
    ci_fail(image->message, "damaged GIF data: an image beyond its screen");
  } else if (!ci_check_size(width, height, request->limit, image)) {
    // The image says why.
  } else if (request->measures) {
    ready = true;
  } else {
    pixels = ci_allocate_pixels(width, height, image);
    line = malloc((size_t)gif->Image.Width);
    if (pixels && !line) ci_fail_for_memory(image, "no memory for a row of pixels");
    if (pixels && line) {
      for (ptrdiff_t i = 0; i < width * height; i++) memcpy(pixels + 3 * i, request->background, 3);
      ready = ci_gif_read_pixels(gif, transparent, request, pixels, line, image);
    }
  }
  free(line);
  DGifCloseFile(gif, &code);
  if (!ready) {
    free(pixels);
    return false;
  }
  return ci_finish(image, width, height, pixels, 1);
}
