"""Makes Tests/DataPipelineTests/Resources/images.json: small image files, what Pillow decodes them to (on white), and Pillow's
scaled versions. Made with Pillow 13, which scales tall images down first and across then; the sizes here are others. usage: make_image_goldens.py OUTPUT_FILE; needs Pillow and NumPy.

Pillow reads only the upper byte of 16-bit colour; there the expected value is round(v / 257), computed here.
"""

import base64
import io
import json
import struct
import sys
import zlib

import numpy as np
from PIL import Image, ImageOps

HEIGHT, WIDTH = 11, 13


def picture() -> np.ndarray:
    """Smooth colours with some noise: a decoder that mixes up rows, columns or channels cannot get it right."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    smooth = np.stack([10 * y + 5 * x, 255 - 17 * x, 120 + 90 * np.sin(0.5 * x + 0.3 * y)], axis=-1)
    noise = np.random.Generator(np.random.Philox(1)).integers(-20, 20, smooth.shape)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)


def saved(image: Image.Image, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, **options)
    return stream.getvalue()


def rgb(file: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(file))
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("RGB"))


def png16(pixels: np.ndarray) -> bytes:
    """A PNG of 16 bits a channel, which Pillow does not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main(output: str) -> None:
    pixels = picture()
    image = Image.fromarray(pixels)
    grey = image.convert("L")
    alpha = Image.fromarray(np.dstack([pixels, 255 - pixels[..., 0]]))
    files = {
        "jpeg": saved(image, format="JPEG", quality=90),
        "jpeg-full-chroma": saved(image, format="JPEG", quality=95, subsampling=0),
        "jpeg-progressive": saved(image, format="JPEG", quality=80, progressive=True),
        "jpeg-grey": saved(grey, format="JPEG", quality=90),
        "jpeg-cmyk": saved(image.convert("CMYK"), format="JPEG", quality=95),
        "png": saved(image, format="PNG"),
        "png-grey": saved(grey, format="PNG"),
        "png-one-bit": saved(grey.convert("1"), format="PNG"),
        "png-palette": saved(image.quantize(16), format="PNG"),
        "png-alpha": saved(alpha, format="PNG"),
        "png-grey-alpha": saved(alpha.convert("LA"), format="PNG"),
        "webp": saved(image, format="WEBP", quality=80),
        "webp-alpha": saved(alpha, format="WEBP", lossless=True, exact=True),
        "gif": saved(image.quantize(16), format="GIF"),
        "gif-of-two": saved(
            image.quantize(16), format="GIF", save_all=True, append_images=[image.rotate(90).quantize(16)]),
        "bmp": saved(image, format="BMP"),
        "bmp-palette": saved(image.quantize(16), format="BMP"),
        "bmp-one-bit": saved(grey.convert("1"), format="BMP"),
        "tiff": saved(image, format="TIFF"),
        "tiff-lzw": saved(image, format="TIFF", compression="tiff_lzw"),
        "tiff-alpha": saved(alpha, format="TIFF", compression="tiff_deflate"),
        "tiff-fax": saved(grey.convert("1"), format="TIFF", compression="group4"),
        "tiff-cmyk": saved(image.convert("CMYK"), format="TIFF"),
    }
    entries = [{"name": name, "file": text(file), "pixels": text(rgb(file).tobytes())} for name, file in files.items()]
    wide = np.random.Generator(np.random.Philox(2)).integers(0, 1 << 16, pixels.shape)
    rounded = np.rint(wide / 257).astype(np.uint8)
    entries.append({"name": "png-16-bit", "file": text(png16(wide)), "pixels": text(rounded.tobytes())})
    ways = {
        "stretch": lambda size, kernel: image.resize(size, kernel),
        "crop": lambda size, kernel: ImageOps.fit(image, size, kernel),
        "letterbox": lambda size, kernel: ImageOps.pad(image, size, kernel, color=(10, 20, 30)),
    }
    kernels = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    scaled = [
        {
            "height": h, "width": w, "fit": fit, "filter": filter,
            "pixels": text(way((w, h), kernel).tobytes()),
        }
        for h, w in [(5, 4), (29, 17), (11, 6), (1, 1), (9, 12), (12, 9), (7, 7)]
        for fit, way in ways.items()
        for filter, kernel in kernels.items()
    ]
    # One colour in every pixel: stored as 255 minus each ink, with Adobe's marker.
    flat = Image.new("CMYK", (8, 8), (30, 90, 150, 200))
    golden = {"flat_cmyk": text(saved(flat, format="JPEG", quality=95)), "height": HEIGHT, "width": WIDTH, "source": text(pixels.tobytes()), "files": entries, "scaled": scaled}
    with open(output, "w", encoding="utf-8") as stream:
        json.dump(golden, stream, indent=1)
        stream.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
