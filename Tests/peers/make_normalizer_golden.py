"""Makes Tests/DataPipelineTests/Resources/normalizer.json: mean and standard deviation by PyTorch of the images that
NormalizerTests makes from the same formula. usage: make_normalizer_golden.py OUTPUT_FILE; needs PyTorch and NumPy.
"""

import json
import sys

import numpy as np
import torch

COUNT, HEIGHT, WIDTH, CHANNELS = 37, 3, 5, 3


def main(output: str) -> None:
    index = np.arange(COUNT * HEIGHT * WIDTH * CHANNELS, dtype=np.int64)
    pixels = (index * index * 31 + index * 7 + index // 11) % 251
    pixels = pixels.reshape(COUNT, HEIGHT, WIDTH, CHANNELS)
    pixels[:, 0, 0, 0] = 9  # a constant pixel
    x = torch.tensor(pixels, dtype=torch.float64) / 255
    channels = x.reshape(-1, CHANNELS)
    golden = {
        "per-pixel": {"mean": x.mean(0).flatten().tolist(), "deviation": x.std(0).flatten().tolist()},
        "per-channel": {"mean": channels.mean(0).tolist(), "deviation": channels.std(0).tolist()},
    }
    with open(output, "w", encoding="utf-8") as stream:
        json.dump(golden, stream, indent=1)
        stream.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
