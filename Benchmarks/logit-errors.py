#!/usr/bin/env python3
"""What the logits of each precision are off by: r2p1d-video and OpenVINO beside torch in float64, on windows of films.

  Benchmarks/logit-errors.py PROGRAM SHARED VIDEO… [--frames 8 16] [--windows 2] [--sets avx512 avx2 …]

A seeded r2plus1d_18 checkpoint is written from SHARED/reference and both read it; the tensors are those that PROGRAM's
`windows` writes. Errors are root mean squares as shares of the logits' own. OpenVINO's int8 is NNCF's post-training
quantization, calibrated on four random clips as in SHARED/perf, and on the very windows that it is then judged by.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def own_logits(program, checkpoint, video, frames, windows, precision, name):
    out = subprocess.run(
        [program, "label", video, "--model", checkpoint, "--precision", precision, "--frames", str(frames), "--windows",
         str(windows), "--logits", "--format", "json", "--quiet"],
        env={**os.environ, "R2P1D_ISA": name}, capture_output=True, text=True, check=True)
    return np.array([window["logits"] for window in json.loads(out.stdout)["windows"]])


def openvino_logits(onnx, clips, precision, calibration=None):
    import openvino
    network = openvino.Core().read_model(onnx)
    if calibration is not None:
        import nncf
        network = nncf.quantize(network, nncf.Dataset(calibration), subset_size=len(calibration))
    request = openvino.Core().compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": precision}).create_infer_request()
    return np.stack([request.infer([clip[None]])[0][0].copy() for clip in clips])


def report(name, logits, exact):
    size = np.sqrt((exact ** 2).mean())
    each = np.sqrt(((logits - exact) ** 2).mean(1)) / size
    flips = int((logits.argmax(1) != exact.argmax(1)).sum())
    error = np.sqrt(((logits - exact) ** 2).mean()) / size
    print(f"  {name:36s} {error:.2e}  worst window {each.max():.2e}, another label first in {flips} of {len(exact)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program"), parser.add_argument("shared"), parser.add_argument("videos", nargs="+")
    parser.add_argument("--frames", type=int, nargs="+", default=[8, 16])
    parser.add_argument("--windows", type=int, default=2, help="of each video")
    parser.add_argument("--sets", nargs="+", default=["avx512", "avxvnni", "avx2"])
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args()
    sys.path.insert(0, str(Path(a.shared) / "reference"))
    import torch
    from reference import save_checkpoint, seeded_model
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, onnx = os.path.join(folder, "model.pth"), os.path.join(folder, "model.onnx")
        model = seeded_model("r2plus1d_18", a.seed)
        save_checkpoint(model, checkpoint, "legacy")
        for frames in a.frames:
            clips = []
            for video in a.videos:
                out = os.path.join(folder, "windows.npy")
                subprocess.run([a.program, "windows", video, "--model", checkpoint, "--frames", str(frames), "--windows",
                                str(a.windows), "--output", out, "--quiet"], check=True, stdout=subprocess.DEVNULL)
                clips += list(np.load(out))
            with torch.no_grad():
                double = model.double()
                exact = np.stack([double(torch.from_numpy(clip).double()[None])[0].numpy() for clip in clips])
                model = model.float()
                torch.onnx.export(model, (torch.from_numpy(clips[0])[None],), onnx, dynamo=False, opset_version=17)
            print(f"r2plus1d_18, {frames} frames, {len(clips)} windows")
            for precision in ["f32", "bf16", "int8"]:
                for name in a.sets:
                    if (precision == "bf16" and name != "avx512"):
                        continue
                    logits = [own_logits(a.program, checkpoint, v, frames, a.windows, precision, name) for v in a.videos]
                    report(f"r2p1d-video {precision}, {name}", np.concatenate(logits), exact)
            random = [np.random.default_rng(i).standard_normal((1, 3, frames, 112, 112), dtype=np.float32) for i in range(4)]
            report("OpenVINO f32", openvino_logits(onnx, clips, "f32"), exact)
            report("OpenVINO bf16", openvino_logits(onnx, clips, "bf16"), exact)
            report("OpenVINO int8, calibrated on noise", openvino_logits(onnx, clips, "f32", random), exact)
            report("OpenVINO int8, on these windows",
                   openvino_logits(onnx, clips, "f32", [clip[None] for clip in clips]), exact)


if __name__ == "__main__":
    main()
