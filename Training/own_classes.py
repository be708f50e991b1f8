#!/usr/bin/env python3
"""Renders clips of six classes that camera-motion does not know, to teach it: handheld shake, whip pan, dolly with
parallax, focus pull, crossfade, strobing.

  own_classes.py OUT COUNT [--first-scene N] [--size 160x120] [--seconds 1.6] [--crf 27]

Writes COUNT clips of each class as OUT/CLASS/scene-SSS-N.mp4, and OUT/clips.csv with file, label and group. A scene is a
set of textures painted from its own seed; every class is filmed in it, twice at most, and it is the clips' group. Other
scenes (--first-scene) are other pictures, motions and seeds. Needs NumPy, and the ffmpeg program with libx264.
"""
import argparse
import csv
import pathlib
import subprocess

import numpy as np

CLASSES = ["crossfade", "dolly with parallax", "focus pull", "handheld shake", "strobing", "whip pan"]
RATE = 24
TEXTURE = 512  # texels a side, mirrored beyond


def blurred(image, sigma):
    """A Gaussian blur over rows and columns, mirrored at the edges."""
    if sigma < 0.3:
        return image
    reach = int(3 * sigma + 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    kernel /= kernel.sum()
    for axis in (0, 1):
        pad = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        wide = np.pad(image, pad, mode="reflect")
        image = sum(k * np.take(wide, np.arange(i, i + TEXTURE), axis) for i, k in enumerate(kernel))
    return image


def texture(rng):
    """Clouds of several sizes in two colours, with boxes, discs and stripes on them: float32 [TEXTURE, TEXTURE, 3]."""
    colours = rng.uniform(20, 235, (2, 3)).astype(np.float32)
    cloud = np.zeros((TEXTURE, TEXTURE), np.float32)
    for cells in (4, 8, 16, 32, 64):
        noise = rng.uniform(-1, 1, (cells + 1, cells + 1)).astype(np.float32)
        at = np.linspace(0, cells - 1e-3, TEXTURE)
        i, f = at.astype(int), (at % 1).astype(np.float32)
        rows = noise[i] * (1 - f[:, None]) + noise[i + 1] * f[:, None]
        cloud += (rows[:, i] * (1 - f) + rows[:, i + 1] * f) * (4 / cells) ** rng.uniform(0.4, 0.9)
    share = (1 / (1 + np.exp(-2 * cloud)))[..., None]
    image = colours[0] * share + colours[1] * (1 - share)
    y, x = np.mgrid[:TEXTURE, :TEXTURE].astype(np.float32)
    for _ in range(rng.integers(18, 50)):
        cx, cy = rng.uniform(0, TEXTURE, 2)
        w, h = rng.uniform(8, 90, 2)
        turn = rng.uniform(0, np.pi)
        u, v = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn), (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
        shape = rng.integers(0, 3)
        inside = (np.abs(u) < w) & (np.abs(v) < h) if shape == 0 else u * u / w ** 2 + v * v / h ** 2 < 1
        colour = rng.uniform(0, 255, 3).astype(np.float32)
        if shape == 2:
            inside &= np.sin(u * rng.uniform(0.15, 0.8)) > 0
        image[inside] = image[inside] * 0.15 + colour * 0.85
    return image


class Layer:
    """A texture that the camera sees, perhaps with holes: `cover` of it is there."""

    def __init__(self, rng, cover=1.0):
        self.image = texture(rng)
        self.sharp = {0.0: self.image}
        hills = blurred(rng.uniform(-1, 1, (TEXTURE, TEXTURE, 1)).astype(np.float32), 28)[..., 0]
        self.alpha = None if cover >= 1 else (hills > np.quantile(hills, 1 - cover)).astype(np.float32)[..., None]

    def at(self, sigma):
        """The texture out of focus; blurs in steps of 0.75 texels are kept."""
        step = round(sigma / 0.75) * 0.75
        if step not in self.sharp:
            whole = self.image if self.alpha is None else np.concatenate([self.image * self.alpha, self.alpha], 2)
            self.sharp[step] = blurred(whole, step)
        found = self.sharp[step]
        if self.alpha is not None and found.shape[2] == 3:
            found = np.concatenate([found * self.alpha, self.alpha], 2)
        return found


def seen(image, size, x, y, turn=0.0, zoom=1.0):
    """The texture around (x, y) texels from its middle, turned and enlarged: float32 [rows, columns, channels]."""
    width, height = size
    scale = 280 / width / zoom  # texels a pixel
    v, u = np.mgrid[:height, :width].astype(np.float32)
    u, v = (u - width / 2) * scale, (v - height / 2) * scale
    across = TEXTURE / 2 + x + u * np.cos(turn) - v * np.sin(turn)
    down = TEXTURE / 2 + y + u * np.sin(turn) + v * np.cos(turn)
    folded = []
    for texel in (across, down):
        texel = np.mod(texel, 2 * (TEXTURE - 1))
        folded.append(np.minimum(texel, 2 * (TEXTURE - 1) - texel))
    i, j = (np.minimum(t.astype(int), TEXTURE - 2) for t in folded)
    f, g = (folded[0] - i)[..., None], (folded[1] - j)[..., None]
    top = image[j, i] * (1 - f) + image[j, i + 1] * f
    return top * (1 - g) + (image[j + 1, i] * (1 - f) + image[j + 1, i + 1] * f) * g


def over(back, front):
    """A layer with holes over what is behind it; the front is premultiplied."""
    return front[..., :3] + back * (1 - front[..., 3:])


def sway(rng, count, low, high):
    """A path of unit size whose frequencies lie between `low` and `high` a second."""
    t = np.arange(count) / RATE
    waves = [(rng.uniform(low, high), rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 1)) for _ in range(6)]
    path = sum(a * np.sin(2 * np.pi * f * t + p) for f, p, a in waves)
    return path / np.abs(path).max()


class Scene:
    """What all clips of a group are filmed in."""

    def __init__(self, number):
        rng = np.random.default_rng([22, number])
        self.back, self.other = Layer(rng), Layer(rng)
        self.middle, self.front = Layer(rng, rng.uniform(0.3, 0.45)), Layer(rng, rng.uniform(0.18, 0.3))


def frames(rng, scene, label, size, count):
    """The clip's frames, float32. All cameras drift a little; what makes the class is far above that."""
    drift = np.cumsum(rng.normal(0, 0.12, (2, count)), 1) + rng.uniform(-60, 60, (2, 1))
    t = np.linspace(0, 1, count)
    zoom, back = rng.uniform(0.9, 1.3), scene.back.at(0)
    for n in range(count):
        if n == 0:
            if label == "handheld shake":
                size_of = rng.uniform(2.5, 9)
                shake = [size_of * sway(rng, count, 1.5, 7) for _ in range(2)] + [0.012 * size_of / 4 * sway(rng, count, 1.5, 6)]
            elif label == "whip pan":
                middle, length = rng.uniform(0.35, 0.65), rng.uniform(0.12, 0.3)
                reach, turn = rng.uniform(180, 420) * rng.choice([-1, 1]), rng.normal(0, 0.12)
                eased = 1 / (1 + np.exp(-(t - middle) / length * 6))
                eased = (eased - eased[0]) / (eased[-1] - eased[0]) * reach
            elif label == "dolly with parallax":
                pace, heading = rng.uniform(25, 80) * rng.choice([-1, 1]), rng.normal(0, 0.2)
            elif label == "focus pull":
                near, far = rng.permutation([0.0, rng.uniform(4, 9)])
                begin, length = rng.uniform(0, 0.25), rng.uniform(0.45, 0.75)
                pull = np.clip((t - begin) / length, 0, 1)
                pull = pull * pull * (3 - 2 * pull)
            elif label == "crossfade":
                begin, length = rng.uniform(0, 0.2), rng.uniform(0.55, 0.8)
                fade, place = np.clip((t - begin) / length, 0, 1), rng.uniform(-80, 80, 2)
            elif label == "strobing":
                period, dark, phase = rng.uniform(3, 7), rng.uniform(0.1, 0.55), rng.uniform(0, 7)
        x, y = drift[:, n]
        if label == "handheld shake":
            yield seen(back, size, x + shake[0][n], y + shake[1][n], shake[2][n], zoom)
        elif label == "whip pan":
            step = eased[n] - eased[max(n - 1, 0)]
            blur = max(1, min(9, int(abs(step) / 6)))  # an exposure of half a frame
            views = [seen(back, size, x + (eased[n] + step * s) * np.cos(turn), y + (eased[n] + step * s) * np.sin(turn), 0, zoom)
                     for s in (np.arange(blur) - (blur - 1) / 2) / (2 * blur)]
            yield sum(views) / blur
        elif label == "dolly with parallax":
            shown = seen(back, size, x + pace * t[n] * 0.35, y + heading * pace * t[n] * 0.35, 0, zoom)
            shown = over(shown, seen(scene.middle.at(0), size, x + pace * t[n], y + heading * pace * t[n], 0, zoom))
            yield over(shown, seen(scene.front.at(0), size, x + pace * t[n] * 2.4, y + heading * pace * t[n] * 2.4, 0, zoom))
        elif label == "focus pull":
            behind = scene.back.at(far * (1 - pull[n]) + near * pull[n])
            before = scene.front.at(near * (1 - pull[n]) + far * pull[n])
            yield over(seen(behind, size, x, y, 0, zoom), seen(before, size, x, y, 0, zoom))
        elif label == "crossfade":
            other = seen(scene.other.at(0), size, x + place[0], y + place[1], 0, zoom)
            yield seen(back, size, x, y, 0, zoom) * (1 - fade[n]) + other * fade[n]
        else:
            lit = 1.0 if (n + phase) % period < period / 2 else dark
            yield seen(back, size, x, y, 0, zoom) * lit


def write(path, clip, size, crf, rng):
    """Encodes the frames with a little noise; whole or not at all."""
    unfinished = path.with_suffix(".part")
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(RATE), "-i", "-",
               "-c:v", "libx264", "-preset", "slow", "-crf", str(crf), "-pix_fmt", "yuv420p", "-threads", "1", "-f", "mp4", str(unfinished)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    grain, gain = rng.uniform(0, 2.5), rng.uniform(0.8, 1.1)
    for frame in clip:
        noisy = frame * gain + rng.normal(0, grain, frame.shape)
        process.stdin.write(np.clip(noisy + 0.5, 0, 255).astype(np.uint8).tobytes())
    process.stdin.close()
    if process.wait() != 0:
        raise SystemExit(f"ffmpeg could not write {path}")
    unfinished.rename(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path), parser.add_argument("count", type=int)
    parser.add_argument("--first-scene", type=int, default=0), parser.add_argument("--size", default="160x120")
    parser.add_argument("--seconds", type=float, default=1.6), parser.add_argument("--crf", type=int, default=27)
    arguments = parser.parse_args()
    size, count = tuple(map(int, arguments.size.split("x"))), round(arguments.seconds * RATE)
    rows = []
    for number in range(arguments.count):
        # Two clips of each class in a scene.
        number_of_scene = arguments.first_scene + number // 2
        scene = None
        for label in CLASSES:
            name = pathlib.Path(label, f"scene-{number_of_scene:03d}-{number % 2 + 1}.mp4")
            path = arguments.out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                scene = scene or Scene(number_of_scene)
                rng = np.random.default_rng([23, number_of_scene, number % 2, CLASSES.index(label)])
                write(path, frames(rng, scene, label, size, count), size, arguments.crf, rng)
            rows.append([name.as_posix(), label, f"scene {number_of_scene}"])
    with open(arguments.out / "clips.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "group"])
        writer.writerows(sorted(rows))


if __name__ == "__main__":
    main()
