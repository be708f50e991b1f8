#!/usr/bin/env python3
"""Goldens of torchvision's resampling by index: which frames it picks of files of constant rates.

  make_indexed.py [OUT]      (NumPy; with torch and torchvision 0.28 installed, held against their own code)

Writes indexed.json: for each rate, frames and wanted rate the number of samples, a hash (FNV-1a, 64 bits, of
little-endian 32-bit numbers) of all frames' numbers, some of them, and the frames of the five clips that
UniformClipSampler takes.
"""
import ast
import importlib.util
import json
import math
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np


def resample(frames, fps, wanted):
    """VideoClips.compute_clips_for_video and _resample_video_idx."""
    total = int(math.floor(frames * wanted / fps))
    step = fps / wanted
    if step.is_integer():
        return np.arange(frames)[:: int(step)]
    return np.floor(np.arange(total, dtype=np.float32) * np.float32(step)).astype(np.int64)


def torchvisions():
    """_resample_video_idx out of torchvision's source: importing all of it needs a matching build."""
    if not importlib.util.find_spec("torch") or not importlib.util.find_spec("torchvision"):
        return None
    import torch

    folder = Path(importlib.util.find_spec("torchvision").origin).parent
    tree = ast.parse((folder / "datasets/video_utils.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "_resample_video_idx":
            node.decorator_list, node.returns = [], None
            for argument in node.args.args:
                argument.annotation = None
            scope = {"torch": torch}
            exec(compile(ast.Module([node], []), "video_utils.py", "exec"), scope)
            return scope["_resample_video_idx"]
    return None


def clips(samples, length, count):
    """The frames of `count` clips, spread evenly over the possible ones; none of a short video."""
    possible = len(samples) - length + 1
    if possible < 1:
        return []
    starts = np.floor(np.linspace(0, possible - 1, count)).astype(int)
    return [samples[s : s + length].tolist() for s in starts]


def hash_of(numbers):
    value = 0xCBF29CE484222325
    for byte in np.asarray(numbers, "<i4").tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


RATES = ["24", "24000/1001", "25", "30000/1001", "30", "50", "60000/1001", "60", "15", "12", "10", "19001/317"]

judge = torchvisions()
cases = []
for rate in RATES:
    for seconds in (600, 10, 1):
        for wanted in (15, 8):
            fps = float(Fraction(rate))
            frames = round(seconds * Fraction(rate))
            samples = resample(frames, fps, wanted)
            if judge:
                own = judge(int(math.floor(frames * wanted / fps)), fps, wanted)
                own = np.arange(frames)[own] if isinstance(own, slice) else own.numpy()
                assert np.array_equal(samples, own), (rate, wanted)
            cases.append(
                {
                    "rate": rate, "frames": frames, "wanted": wanted, "count": len(samples), "hash": hash_of(samples),
                    "some": samples[:: max(1, len(samples) // 7)].tolist(),
                    "clips": clips(samples, 16, 5) if seconds != 10 and wanted == 15 else None,
                })

out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("indexed.json"))
out.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(f"{out}: {len(cases)} cases, {'held against torchvision' if judge else 'torchvision is not installed'}")
