"""Makes Tests/DataPipelineTests/Resources/transforms.json: changes of one small image by torchvision, with given amounts.
usage: make_transform_goldens.py OUTPUT_FILE; needs PyTorch and torchvision.
"""

import json
import sys

import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

HEIGHT, WIDTH = 11, 13


def main(output: str) -> None:
    generator = torch.Generator().manual_seed(7)
    # Coarse blobs and noise: neighbours differ, but not in every respect.
    coarse = torch.randint(0, 200, (3, 4, 5), generator=generator).float()
    image = torch.nn.functional.interpolate(coarse[None], (HEIGHT, WIDTH), mode="nearest")[0]
    image = (image + torch.randint(0, 56, image.shape, generator=generator)).to(torch.uint8)
    image[:, 3, 4] = 77  # a grey pixel
    bilinear = InterpolationMode.BILINEAR
    results = {
        "enlarge": F.resized_crop(image, 2, 3, 7, 5, [HEIGHT, WIDTH], bilinear, antialias=True),
        "enlarge-all": F.resized_crop(image, 0, 0, HEIGHT, WIDTH, [HEIGHT, WIDTH], bilinear, antialias=True),
        "brightness": F.adjust_brightness(image, 1.4),
        "contrast": F.adjust_contrast(image, 0.3),
        "saturation": F.adjust_saturation(image, 1.7),
        "hue": F.adjust_hue(image, -0.2),
        "grayscale": F.rgb_to_grayscale(image, 3),
        "blur": F.gaussian_blur(image, [5, 5], [1.3, 1.3]),
        "affine": F.affine(image, 25.0, [2, -1], 0.8, [10.0, 0.0], bilinear),
    }
    golden = {
        "height": HEIGHT,
        "width": WIDTH,
        "pixels": image.permute(1, 2, 0).flatten().tolist(),
        "results": {name: result.permute(1, 2, 0).flatten().tolist() for name, result in results.items()},
    }
    with open(output, "w", encoding="utf-8") as stream:
        json.dump(golden, stream)
        stream.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
