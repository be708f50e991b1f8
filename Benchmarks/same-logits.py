#!/usr/bin/env python3
"""Compares the logits of two builds, bit for bit: a change that only moves code has to pass.

  Benchmarks/same-logits.py BEFORE AFTER [--video FILE] [--models MODEL …] [--precisions P …] [--sets SET …]
                            [--threads N …] [--frames T …]

Runs `label --logits` of both programs for every combination, on two windows (one on the scalar reference, which is
slow: camera-motion alone). Prints a line for each that differs; exit status 0 where none does.
"""
import argparse
import itertools
import json
import os
import subprocess
import sys

MODELS = ["camera-motion", "random:r2plus1d_18:1", "random:r3d_18:1", "random:mc3_18:1", "random:r2plus1d_34:1"]


def windows(program, case, video):
    model, precision, name, threads, frames = case
    out = subprocess.run(
        [program, "label", video, "--model", model, "--precision", precision, "--threads", str(threads), "--frames",
         str(frames), "--windows", "1" if name == "scalar" else "2", "--logits", "--format", "json", "--quiet"],
        env={**os.environ, "R2P1D_ISA": name}, capture_output=True, text=True, check=True)
    return json.loads(out.stdout)["windows"], out.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--video", default=os.path.join(os.path.dirname(__file__), "../SampleVideos/pan_left.mp4"))
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--precisions", nargs="+", default=["f32", "bf16"])
    parser.add_argument("--sets", nargs="+", default=["scalar", "portable", "avx2", "avx512"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--frames", nargs="+", type=int, default=[8, 16])
    a = parser.parse_args()
    same = different = 0
    for case in itertools.product(a.models, a.precisions, a.sets, a.threads, a.frames):
        model, precision, name, threads, frames = case
        if name == "scalar" and (model != "camera-motion" or precision != "f32" or threads != 2 or frames != 8):
            continue
        if name in ("portable", "avx2") and precision != "f32":
            continue  # computed in float32, and compared above
        before, after = (windows(program, case, a.video) for program in (a.before, a.after))
        if before == after:
            same += 1
        else:
            different += 1
            print("differs:", *case, flush=True)
    print(f"{same} the same, {different} different")
    return different != 0 or same == 0


if __name__ == "__main__":
    sys.exit(main())
