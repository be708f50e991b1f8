#!/usr/bin/env python3
"""Which of a network's convolutions torch computes in its slow path, and the time beside ours, batch by batch.

  torch_paths.py PATH/TO/r2p1d-video [--arch r2plus1d_18] [--frames 8 16] [--batches 1 2] [--threads 1 2] [--rounds 5]

torch hands a 3D convolution to oneDNN only under conditions on its sizes; for one clip many fall through to
`aten::slow_conv3d_forward` (unfold, then a matrix product). So a ratio for a batch of one says as much about that choice
as about the kernels. Counts come from torch's own profiler. Times are of alternating rounds; ours is `bench`, on
random weights of its own. Needs torch and torchvision.
"""
import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests/InferenceTests/Goldens"))
from torchvision_import import torchvision  # noqa: E402


def paths(model, clips):
    """How often each kind of convolution runs in one forward."""
    with torch.no_grad(), torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        model(clips)
    counts = {event.key: event.count for event in profile.key_averages()}
    slow = counts.get("aten::slow_conv3d_forward", 0)
    return slow, counts.get("aten::convolution", 0)


def theirs(model, clips):
    times = []
    with torch.no_grad():
        for _ in range(5):
            start = time.perf_counter()
            model(clips)
            times.append(time.perf_counter() - start)
    return statistics.median(times[2:])


def ours(program, arch, frames, batch, threads):
    command = [program, "bench", "--network", arch, "--frames", str(frames), "--batch", str(batch), "--runs", "3",
               "--threads", str(threads), "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(result.stdout)["network"]["seconds"]["median"]


def cpu():
    with open("/proc/cpuinfo") as file:
        facts = dict(line.split(":", 1) for line in file.read().split("\n\n")[0].splitlines() if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    return f"{facts['model name']}, family {facts['cpu family']}, model {facts['model']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--arch", default="r2plus1d_18")
    parser.add_argument("--frames", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5, help="0: count only")
    a = parser.parse_args()
    version = subprocess.run([a.program, "--version"], capture_output=True, text=True, check=True).stdout
    print(f"{cpu()}; torch {torch.__version__}, torchvision {torchvision.__version__}; {'; '.join(version.splitlines())}")
    torch.manual_seed(0)
    model = getattr(torchvision.models.video, a.arch)(weights=None).eval()
    for threads in a.threads:
        torch.set_num_threads(threads)
        for frames in a.frames:
            for batch in a.batches:
                clips = torch.randn(batch, 3, frames, 112, 112)
                slow, total = paths(model, clips)
                line = f"{a.arch}, {threads} threads, {frames} frames, batch {batch}: {slow} of {total} in the slow path"
                rounds = [(ours(a.program, a.arch, frames, batch, threads), theirs(model, clips)) for _ in range(a.rounds)]
                if rounds:
                    ratios = [mine / other for mine, other in rounds]
                    line += (f"; ours {statistics.median(r[0] for r in rounds):.4f} s, "
                             f"torch {statistics.median(r[1] for r in rounds):.4f} s, "
                             f"ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
                print(line, flush=True)


if __name__ == "__main__":
    main()
