#!/usr/bin/env bash
# OpenCV cannot go back to the start of a film in MPEG-TS that has B frames: set(CAP_PROP_POS_FRAMES, 0), which says True, goes to
# the second key frame, and the frames before it do not come back; POS_MSEC and POS_AVI_RATIO of 0 do the same. The same
# packets in MP4, and a TS without B frames, go back to frame 0. Seen in OpenCV 4.12 and 5.0.
# So a second pass over a broadcast film misses its first seconds, and what was counted from there is shifted; open it anew.
#
#   findings/opencv-ts-rewind.sh      installs both versions in a folder of its own; uses the ffmpeg on the path, with libx264
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
source=(-f lavfi -i testsrc2=s=64x64:r=30:d=4)
ffmpeg -v error "${source[@]}" -c:v libx264 -bf 3 -g 30 film.mp4
ffmpeg -v error -i film.mp4 -c copy film.ts
ffmpeg -v error "${source[@]}" -c:v mpeg2video -bf 2 -g 15 mpeg2.ts
ffmpeg -v error "${source[@]}" -c:v libx264 -bf 0 -g 30 plain.ts
cat > rewind.py <<'END'
import sys

import cv2
import numpy as np

print("OpenCV", cv2.__version__)
failures = 0
for name, expected in [("film.mp4", 0), ("film.ts", 30), ("mpeg2.ts", 15), ("plain.ts", 0)]:
    reader = cv2.VideoCapture(name)
    frames = []
    while (frame := reader.read()[1]) is not None:
        frames.append(frame)
    for way in "POS_FRAMES", "POS_MSEC", "POS_AVI_RATIO":
        said = reader.set(getattr(cv2, "CAP_PROP_" + way), 0)
        first = reader.read()[1]
        [number] = [number for number, frame in enumerate(frames) if np.array_equal(frame, first)]
        left = 1
        while reader.read()[0]:
            left += 1
        found = (len(frames), said, number, left)
        failures += found != (120, True, expected, 120 - expected)
        print(f"  {name}, {len(frames)} frames: set({way}, 0) is {said}, then frame {number} is read, and {left} in all")
sys.exit(failures > 0)
END
python3 -m venv venv
for version in 4.12.0.88 5.0.0.93; do
  venv/bin/pip --quiet --disable-pip-version-check install "opencv-python-headless==$version"
  venv/bin/python rewind.py 2>log || { tail log; exit 1; }
done
