#!/usr/bin/env python3
"""Goldens of the shared videos: what the reference makes of them.

  make_shared_videos.py SHARED [OUT]      (what SHARED/reference/reference.py needs)

Writes shared_videos.json: for each file of SHARED/videos and a few ways to sample it the samples, the window starts, the
frames shown, and every 9973rd value of the tensor [N, 3, T, 112, 112].
"""
import json
import os
import sys
from pathlib import Path

shared = Path(sys.argv[1]).resolve()
out = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else Path(__file__).resolve().parent
sys.path.insert(0, str(shared / "reference"))
import reference  # noqa: E402

ASKED = [(16, "15", 5, None, "crop"), (8, "12.5", 3, None, "squash"), (32, "source", 2, None, "crop"),
         (8, "6", None, 4, "crop")]
decode = reference.decode
cases = []
for path in sorted((shared / "videos").iterdir()):
    decoded = decode(str(path))
    reference.decode = lambda _: decoded
    for frames, fps, windows, stride, resize in ASKED:
        clips, starts, picks = reference.windows(str(path), frames, fps, windows, stride, resize)
        cases.append({"file": path.name, "frames": frames, "fps": fps, "windows": windows, "stride": stride,
                      "resize": resize, "samples": len(picks), "starts": starts,
                      "picks": [picks[s:s + frames] for s in starts],
                      "values": [round(float(v), 5) for v in clips.reshape(-1)[::9973 * len(clips)]]})
os.makedirs(out, exist_ok=True)
(out / "shared_videos.json").write_text(
    "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
