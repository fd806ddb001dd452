"""Makes Tests/DataPipelineTests/Resources/images.json: small image files, what Pillow decodes them to, and Pillow's
scaled versions. usage: make_image_goldens.py OUTPUT_FILE; needs Pillow and NumPy.

Pillow reads only the upper byte of 16-bit colour; there the expected value is round(v / 257), computed here.
"""

import base64
import io
import json
import struct
import sys
import zlib

import numpy as np
from PIL import Image

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
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))


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
    }
    entries = [{"name": name, "file": text(file), "pixels": text(rgb(file).tobytes())} for name, file in files.items()]
    wide = np.random.Generator(np.random.Philox(2)).integers(0, 1 << 16, pixels.shape)
    rounded = np.rint(wide / 257).astype(np.uint8)
    entries.append({"name": "png-16-bit", "file": text(png16(wide)), "pixels": text(rounded.tobytes())})
    sizes = [(5, 4), (29, 17), (11, 6), (1, 1), (3, 40)]
    scaled = [
        {"height": h, "width": w, "pixels": text(image.resize((w, h), Image.Resampling.BILINEAR).tobytes())}
        for h, w in sizes
    ]
    golden = {"height": HEIGHT, "width": WIDTH, "source": text(pixels.tobytes()), "files": entries, "scaled": scaled}
    with open(output, "w", encoding="utf-8") as stream:
        json.dump(golden, stream, indent=1)
        stream.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
