#!/usr/bin/env python3
"""Goldens of the preprocessing: pictures from a formula, resized, cropped and normalised by torchvision.

  make_preprocessing.py [OUT]      (torch, torchvision, numpy)

Writes preprocessing.json: for each size and way of resizing the FNV-1a hash of the float32 tensor [3, 112, 112]
(little-endian, in C order) and a few of its values.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch

# torchvision's compiled operators do not load beside a CPU-only torch and are not needed: they are not registered.
register = torch.library.register_fake
torch.library.register_fake = lambda name, *a, **k: (
    (lambda f: f) if str(name).startswith("torchvision::") else register(name, *a, **k))
from torchvision.transforms import functional as F  # noqa: E402

MEAN, DEVIATION = (0.43216, 0.394666, 0.37645), (0.22803, 0.22145, 0.216989)
SIZES = [(340, 256), (320, 240), (426, 240), (1920, 1080), (321, 241), (171, 128), (112, 112), (224, 224), (342, 256),
         (64, 48), (3, 5), (1, 1), (1, 300), (16, 2000), (2000, 16)]


def picture(width, height):
    """uint8 [height, width, 3]: no symmetry, all values, neighbours that differ."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((x * x * 3 + y * y * 5 + x * y * 7 + x * 11 + y * 13 + c * 53) % 256).astype(np.uint8)


def tensor(image, resize):
    clip = torch.from_numpy(image[None]).permute(0, 3, 1, 2)
    size = [128, 171] if resize == "crop" else [112, 112]
    clip = F.center_crop(F.resize(clip, size, antialias=False), [112, 112])
    return F.normalize(F.convert_image_dtype(clip, torch.float), MEAN, DEVIATION)[0].contiguous().numpy()


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


cases = []
for width, height in SIZES:
    for resize in ("crop", "squash"):
        values = tensor(picture(width, height), resize)
        cases.append({"width": width, "height": height, "resize": resize, "hash": f"{fnv(values.tobytes()):016x}",
                      "values": [float(v) for v in values.reshape(-1)[::4703]]})
out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
(out / "preprocessing.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
