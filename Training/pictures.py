#!/usr/bin/env python3
"""Gathers the photographs, and paints the textures, that clips are made from.

  pictures.py WORK        writes WORK/pictures/{train,validation,test}/*.jpg

The photographs come from Debian packages, fetched with apt-get download and unpacked under WORK, never installed.
They are split before anything else is done with them; every size of the same wallpaper falls on the same side.
"""
import argparse
import hashlib
import io
import pathlib
import re
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Image.MAX_IMAGE_PIXELS = None
PACKAGES = ["gcompris-qt-data", "plasma-workspace-wallpapers", "mate-backgrounds", "lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04"]
LONGEST = 1920  # pixels kept
PAINTED = {"train": 160, "validation": 16, "test": 40}


def unpack(work: pathlib.Path) -> pathlib.Path:
    debs, root = work / "debs", work / "packages"
    if not root.exists():
        debs.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=debs, check=True)
        for package in PACKAGES:
            for deb in debs.glob(f"{package}_*.deb"):
                subprocess.run(["dpkg", "-x", deb, root], check=True)
    return root


def embedded(data: bytes):
    """Pictures inside a Qt resource file, where JPEG and WebP lie uncompressed: (offset, bytes from there on)."""
    for found in re.finditer(rb"RIFF....WEBP", data, re.DOTALL):
        length = 8 + int.from_bytes(data[found.start() + 4:found.start() + 8], "little")
        yield found.start(), data[found.start():found.start() + length]
    for found in re.finditer(rb"\xff\xd8\xff[\xe0\xe1\xdb]", data):
        yield found.start(), data[found.start():found.start() + (4 << 20)]


def opened(source, name: str):
    """The picture as RGB, or nothing if it is broken, small, see-through, or nearly empty."""
    try:
        image = Image.open(source)
        if min(image.size) < 300 or max(image.size) > 3.2 * min(image.size):
            return None
        image.draft("RGB", (LONGEST, LONGEST))
        image.load()
    except (OSError, SyntaxError, ValueError):
        return None
    if image.mode in ("RGBA", "LA", "P", "PA"):
        image = image.convert("RGBA")
        if image.getextrema()[3][0] < 250:
            return None
    image = image.convert("RGB")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    small = np.asarray(image.convert("L").resize((96, 96), Image.Resampling.BOX), np.float32)
    detail = np.abs(np.diff(small, axis=0)).mean() + np.abs(np.diff(small, axis=1)).mean()
    return image if detail > 4.0 else None


def photographs(root: pathlib.Path):
    """(group, picture): one group holds every size and variant of one photograph."""
    for path in sorted(root.rglob("*.rcc")):
        data = path.read_bytes()
        for offset, blob in embedded(data):
            image = opened(io.BytesIO(blob), path.name)
            if image is not None:
                yield f"{path.stem}-{offset}", image
    largest = {}
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() not in (".jpg", ".jpeg", ".png", ".webp") or "share/doc" in str(path) or "icons" in str(path) or "contents/screenshot" in str(path):
            continue
        group = path.parts[-4] if "contents" in path.parts else re.sub(r"_\d+x\d+$", "", path.stem)
        key = (group, "dark" in path.parent.name)
        if key not in largest or path.stat().st_size > largest[key].stat().st_size:
            largest[key] = path
    for (group, _), path in sorted(largest.items()):
        image = opened(path, path.name)
        if image is not None:
            yield group, image


def side(group: str) -> str:
    """70 % train, 8 % validation, 22 % test, by the name's hash."""
    draw = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % 100
    return "train" if draw < 70 else "validation" if draw < 78 else "test"


# Painted textures.

def clouds(rng, height, width, slope):
    """Noise whose spectrum falls like 1/f^slope, in 0..1."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / np.maximum(np.hypot(fy, fx), 1 / width) ** slope
    field = np.fft.irfft2(spectrum, (height, width))
    return np.clip((field - field.mean()) / field.std() / 5 + 0.5, 0, 1)


def leaves(rng, height, width):
    """Dead leaves: overlapping shapes of all sizes, each with its own colour and grain."""
    image = Image.fromarray((colours(rng, clouds(rng, height, width, 1.6)) * 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    base = rng.integers(0, 256, (6, 3))
    kind = rng.integers(0, 4)
    largest = rng.uniform(0.05, 0.25) * width
    for _ in range(int(rng.uniform(150, 1500))):
        size = largest * rng.uniform(0.02, 1) ** 2 + 2
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        fill = tuple(int(c) for c in np.clip(base[rng.integers(6)] + rng.normal(0, 22, 3), 0, 255))
        box = [x - size, y - size * rng.uniform(0.3, 1), x + size, y + size * rng.uniform(0.3, 1)]
        which = kind if kind < 3 else rng.integers(0, 3)
        if which == 0:
            draw.ellipse(box, fill=fill)
        elif which == 1:
            draw.rectangle(box, fill=fill)
        else:
            angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 8)))
            draw.polygon([(x + size * np.cos(a), y + size * np.sin(a)) for a in angle], fill=fill)
    return np.asarray(image, np.float32) / 255


def colours(rng, field):
    """A field in 0..1 painted with a random smooth palette."""
    stops = rng.uniform(0, 1, (rng.integers(2, 6), 3)) ** rng.uniform(0.6, 1.6)
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(field, at, stops[:, c]) for c in range(3)], -1).astype(np.float32)


def walls(rng, height, width):
    """Rows of bricks, tiles or windows with wear, so that rows differ from each other."""
    image = Image.fromarray((colours(rng, clouds(rng, height, width, 1.3)) * 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    w, h = rng.uniform(0.04, 0.16, 2) * width
    base, gap, shift = rng.integers(40, 230, 3), rng.uniform(0.05, 0.5), rng.uniform(0, 1)
    for row in range(int(height / h) + 1):
        for column in range(-1, int(width / w) + 1):
            if rng.uniform() < 0.12:
                continue
            x, y = (column + (row % 2) * shift) * w + rng.normal(0, 0.03) * w, row * h
            fill = tuple(int(c) for c in np.clip(base + rng.normal(0, 25), 0, 255))
            draw.rectangle([x, y, x + w * (1 - gap), y + h * (1 - gap)], fill=fill)
    return np.asarray(image, np.float32) / 255


def painted(rng):
    height = width = 1024
    kind = rng.integers(0, 5)
    if kind == 0:
        picture = colours(rng, clouds(rng, height, width, rng.uniform(0.9, 1.7)))
    elif kind in (1, 2):
        picture = leaves(rng, height, width)
    elif kind == 3:
        picture = walls(rng, height, width)
    else:
        mask = (clouds(rng, height, width, rng.uniform(1.2, 1.8)) > rng.uniform(0.4, 0.6))[..., None]
        picture = np.where(mask, leaves(rng, height, width), colours(rng, clouds(rng, height, width, 1.5)))
    grain = clouds(rng, height, width, rng.uniform(0.6, 1.4)) - 0.5
    picture = np.clip(picture * (1 + rng.uniform(0.1, 0.8) * grain[..., None]), 0, 1)
    image = Image.fromarray((picture * 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    work = parser.parse_args().work
    count = {}
    for name in PAINTED:
        (work / "pictures" / name).mkdir(parents=True, exist_ok=True)
    for number, (group, image) in enumerate(photographs(unpack(work))):
        part = side(group)
        count[part] = count.get(part, 0) + 1
        image.save(work / "pictures" / part / f"photograph-{number:04d}.jpg", quality=92)
    for offset, (part, total) in enumerate(PAINTED.items()):
        for number in range(total):
            painted(np.random.default_rng([offset, number])).save(work / "pictures" / part / f"painted-{number:04d}.jpg", quality=92)
    print("photographs:", count, "painted:", PAINTED)


if __name__ == "__main__":
    main()
