#!/usr/bin/env python3
"""Renders clips: a cache of network inputs to train on, or video files with a table of truths to test with.

  render.py WORK cache SIDE COUNT [--part 0/2]       WORK/cache/SIDE-*.npy, uint8 [n, 8, 112, 112, 3], and SIDE-*.npz
  render.py WORK videos COUNT [--seconds S] [--first N]   WORK/test/*.mp4 and WORK/test/truth-*.csv
  render.py WORK sheet OUT.png                       a look at some training clips

SIDE is train or validation; the videos show the test side's pictures. Clip number i is drawn from a seed of its own,
so any part can be rendered anywhere, and again.
"""
import argparse
import csv
import io
import pathlib
import time
from fractions import Fraction

import av
import cv2
import numpy as np

import scenes

SIDES = {"train": 11, "validation": 12, "test": 13}
SHARD = 500
NOISE = np.random.default_rng(7).standard_normal(2_200_000, dtype=np.float32)  # pictures take a part of it each


def grained(rng, pictures, sigma):
    """With camera noise, new in each frame, `sigma` of 255 strong."""
    if sigma <= 0:
        return pictures
    noise = NOISE[:pictures[0].size // 3 + 100_000] * np.float32(sigma)
    out = np.empty(pictures.shape, np.uint8)
    for picture, noisy in zip(pictures, out):
        at = rng.integers(0, 100_000)
        noisy[:] = np.clip(picture + noise[at:at + picture.size // 3].reshape(*picture.shape[:2], 1) + np.float32(0.5), 0, 255)
    return out


def recoded(rng, pictures, rate):
    """What is left of the pictures after a real encoder and decoder."""
    memory = io.BytesIO()
    height, width = pictures.shape[1:3]
    with av.open(memory, "w", format="mp4") as output:
        old = rng.uniform() < 0.2
        stream = output.add_stream("mpeg4" if old else "libx264", rate=Fraction(rate).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt, stream.thread_count = width, height, "yuv420p", 1
        stream.gop_size = int(rng.choice([8, 12, 30, 250]))
        if old:
            quality = int(rng.integers(2, 14))
            stream.options = {"qmin": str(quality), "qmax": str(quality)}
        else:
            stream.options = {"preset": str(rng.choice(["ultrafast", "veryfast", "faster"])), "crf": str(int(rng.integers(18, 38))), "tune": "zerolatency" if rng.uniform() < 0.1 else "film"}
        for picture in pictures:
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)
    memory.seek(0)
    with av.open(memory) as source:
        source.streams.video[0].thread_count = 1
        return np.stack([frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)])


def through_codec(rng, clip):
    """The tool's crop of the clip, each frame drawn pixel for pixel, encoded, decoded and resized."""
    numbers = scenes.frame_numbers(clip)
    begin = max(0, int(numbers[0]) - int(rng.integers(0, 5)))
    grid = scenes.crop_grid(clip.width, clip.height)
    edges, inside = [], []
    for (first, step, count), size in zip(grid, (clip.width, clip.height)):
        low = max(0, int(first) - 4) // 2 * 2
        length = (min(size, int(first + step * count) + 4) - low) // 2 * 2
        edges.append((low, 1, length))
        inside.append(np.clip(first + step * np.arange(count) - low, 0, length - 1))
    times = [scenes.time_of(clip, n) for n in range(begin, int(numbers[-1]) + 1)]
    frames = grained(rng, scenes.pixels(clip, times, *edges, sharp=clip.width > 700), rng.uniform(-3, 7))
    frames = recoded(rng, frames, clip.rate)[numbers - begin].astype(np.float32)
    x, y = inside
    i, j = np.minimum(x.astype(int), edges[0][2] - 2), np.minimum(y.astype(int), edges[1][2] - 2)
    u, v = (x - i)[None, None, :, None], (y - j)[None, :, None, None]
    lines = frames[:, j] * (1 - v) + frames[:, j + 1] * v
    return np.clip(lines[:, :, i] * (1 - u) + lines[:, :, i + 1] * u + 0.5, 0, 255).astype(np.uint8)


def example(rng, library, **wishes):
    """One network input, uint8 [8, 112, 112, 3], and its clip."""
    clip = scenes.clip(rng, library, **wishes)
    cost = clip.width * clip.height * max(1.0, clip.rate / 30)
    if rng.uniform() < (0.5 if cost < 110_000 else 0.25 if cost < 450_000 else 0.04):
        return through_codec(rng, clip), clip
    times = [scenes.time_of(clip, n) for n in scenes.frame_numbers(clip)]
    return scenes.pixels(clip, times, *scenes.crop_grid(clip.width, clip.height)), clip


def cache(work, side, count, part):
    folder = work / "cache"
    folder.mkdir(exist_ok=True)
    library = scenes.Library(work / "pictures" / side, SIDES[side])
    begun, done = time.time(), 0
    mine, of = map(int, part.split("/"))
    for shard in range(mine, -(-count // SHARD), of):
        name = folder / f"{side}-{shard:04d}"
        if name.with_suffix(".npz").exists():
            continue
        clips, rows = np.zeros((SHARD, scenes.SAMPLES, scenes.SIDE, scenes.SIDE, 3), np.uint8), []
        for k in range(SHARD):
            rng = np.random.default_rng([SIDES[side], shard * SHARD + k])
            difficulty = 1.0 if side != "train" else min(1.0, rng.uniform(0.3, 1.6))
            clips[k], clip = example(rng, library, difficulty=difficulty)
            rows.append((clip.label, clip.speed, clip.depth, clip.covered, clip.shake, difficulty, *clip.velocity))
        np.save(name.with_suffix(".npy"), clips)
        np.savez(name.with_suffix(".npz"), rows=np.array(rows, np.float64))
        done += SHARD
        print(f"{name.name}  {done / (time.time() - begun):.1f} clips/s", flush=True)


def encode(rng, clip, path, codec, times, sigma, gain):
    """Writes the clip at `times` as a video file, with noise and a drift of brightness."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream(codec, rate=Fraction(clip.rate).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt, stream.thread_count = clip.width, clip.height, "yuv420p", 1
        stream.gop_size = int(rng.choice([12, 30, 250]))
        if codec == "mpeg4":
            quality = str(int(rng.integers(2, 12)))
            stream.options = {"qmin": quality, "qmax": quality}
        else:
            stream.options = {"preset": str(rng.choice(["ultrafast", "veryfast"])), "crf": str(int(rng.integers(18, 36)))}
        for t in times:
            picture = scenes.pixels(clip, [t], (0, 1, clip.width), (0, 1, clip.height), sharp=clip.width > 700)
            picture = np.clip(picture * np.float32(1 + gain * t), 0, 255) if gain else picture
            picture = grained(rng, picture, sigma)[0].astype(np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                output.mux(packet)
        for packet in stream.encode():
            output.mux(packet)


def videos(work, first, count, seconds, part):
    folder = work / "test"
    folder.mkdir(exist_ok=True)
    mine, of = map(int, part.split("/"))
    library, plain = scenes.Library(work / "pictures" / "test", SIDES["test"]), 0
    kind = "clip" if seconds else "window"
    table = folder / f"truth-{kind}-{first + mine}.csv"
    with open(table, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "speed", "depth", "covered", "shake", "width", "height", "rate", "codec"])
        for number in range(first + mine, first + count, of):
            for attempt in range(20):  # a plain sky shows no motion: drawn again, and counted
                rng = np.random.default_rng([SIDES["test"], number, int(seconds * 10)] + [attempt] * (attempt > 0))
                clip = scenes.clip(rng, library, large=0.4)  # as they take most of the time
                clip.first = 0
                if visible(clip):
                    break
                plain += 1
            samples = max(scenes.SAMPLES, int(seconds * scenes.RATE))
            if clip.rate > 31 and (clip.width > 1000 or rng.uniform() < 0.5):
                clip.rate = 30.0
            frames = int(np.ceil(samples * clip.rate / scenes.RATE - 1e-6))
            codec = "mpeg4" if rng.uniform() < 0.2 else "libx264"
            path = folder / f"{kind}-{number:05d}.mp4"
            middle = (samples - scenes.SAMPLES) / 2
            sigma, gain = rng.uniform(-3, 7), (rng.normal(0, 0.01) if rng.uniform() < 0.4 else 0.0)
            if not path.exists():
                unfinished = path.with_suffix(".part")
                encode(rng, clip, unfinished, codec, [scenes.time_of(clip, n) - middle for n in range(frames)], sigma, gain)
                unfinished.rename(path)
            writer.writerow([path.name, scenes.CLASSES[clip.label], f"{clip.speed:.5f}", int(clip.depth), f"{clip.covered:.3f}", f"{clip.shake:.5f}", clip.width, clip.height, f"{clip.rate:.3f}", codec])
            file.flush()
    print(f"{plain} scenes drawn again because they were plain")


def visible(clip):
    """Whether there is something to see in the network's crop at the window's ends and middle: structure in a quarter of it."""
    for picture in scenes.pixels(clip, [-3.5, 0, 3.5], *scenes.crop_grid(clip.width, clip.height)):
        grey = cv2.resize(picture, (28, 28), interpolation=cv2.INTER_AREA).astype(np.float32).mean(2)
        slope = np.maximum(np.abs(np.diff(grey, axis=0))[:, 1:], np.abs(np.diff(grey, axis=1))[1:])
        if (slope > 3).mean() < 0.25:
            return False
    return True


def sheet(work, out):
    from PIL import Image
    library = scenes.Library(work / "pictures" / "train", 1, limit=60)
    rows = []
    for label in range(18):
        rng = np.random.default_rng([99, label])
        clip, _ = example(rng, library, label=label % 9)
        rows.append(np.concatenate(list(clip), 1))
    Image.fromarray(np.concatenate(rows, 0)).save(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("cache")
    verb.add_argument("side", choices=["train", "validation"]), verb.add_argument("count", type=int), verb.add_argument("--part", default="0/1")
    verb = verbs.add_parser("videos")
    verb.add_argument("count", type=int), verb.add_argument("--seconds", type=float, default=0), verb.add_argument("--part", default="0/1")
    verb.add_argument("--first", type=int, default=0, help="number of the first clip: other numbers, other clips")
    verb = verbs.add_parser("sheet")
    verb.add_argument("out")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    if arguments.verb == "cache":
        cache(arguments.work, arguments.side, arguments.count, arguments.part)
    elif arguments.verb == "videos":
        videos(arguments.work, arguments.first, arguments.count, arguments.seconds, arguments.part)
    else:
        sheet(arguments.work, arguments.out)


if __name__ == "__main__":
    main()
