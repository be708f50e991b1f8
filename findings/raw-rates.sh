#!/usr/bin/env bash
# `avg_frame_rate` of a raw stream or a DV tape is not a rate. From FFmpeg 6.1 on a raw .h264 or .hevc of 24 frames a second
# says 25, the demuxer's default, and DV of 25 frames says 60000; FFmpeg 5.1 says 24 and 25. av_guess_frame_rate, the
# usual cure, is wrong too for a .h264 of 12 frames a second (24). The durations of the packets are right in all of them.
# Needs the ffmpeg program with libx264, and Python 3 with pip; prints what each version says, and ends with status 1
# where that is something else by now.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
source=testsrc2=s=64x48:d=2
ffmpeg -nostdin -v error -f lavfi -i $source:r=12 -c:v libx264 12.h264
ffmpeg -nostdin -v error -f lavfi -i $source:r=24 -c:v libx264 24.h264
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=720x576:d=1:r=25 -c:v dvvideo -pix_fmt yuv420p 25.dv
cat >rates.py <<'PYTHON'
import sys
from fractions import Fraction
import av

truth = {"12.h264": 12, "24.h264": 24, "25.dv": 25}
expected = {"12.h264": (25, 24, 12), "24.h264": (25, 24, 24), "25.dv": (60000, 25, 25)}
version = av.library_versions["libavformat"]
for name, rate in truth.items():
    with av.open(name) as container:
        stream = container.streams.video[0]
        average, guess = stream.average_rate, stream.guessed_rate
        durations = [p.duration for p in container.demux(stream) if p.size]
        packets = 1 / (Fraction(durations[1]) * stream.time_base)
    print(f"PyAV {av.__version__}, libavformat {version}: {name}: average {average}, guess {guess}, packets {packets}")
    if (average, guess, packets) != expected[name]:
        sys.exit(f"{name}: it was {expected[name]}")
PYTHON
for version in 12.3.0 18.1.0; do
  python3 -m venv "v$version"
  "v$version/bin/pip" install --quiet --only-binary :all: "av==$version"
  "v$version/bin/python" rates.py
done
