#!/usr/bin/env bash
# decord, a common reader of films for action recognition, gives frames by their index, and has a method seek_accurate for it.
# H.264 in MP4 it reads so. Of MPEG-4 with B frames in AVI get_batch of frames 0, 15, 30 and 45 gives 0, 2, 2 and 17; 30 is right
# only after all before it were read. Of an MP4 that `-ss … -c copy` cut, whose edit list hides frames, it counts the hidden ones,
# and gives the frame of index 15 for 30, unless all before were read. Of H.264 in MPEG-TS frame 0 is 30. No error, no warning.
# So features that were computed through decord need not be those of the frames that their indices name.
#
#   findings/decord-random-access.sh      installs decord in a folder of its own; uses the ffmpeg on the path, with libx264
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install decord==0.6.0 numpy==2.4.6
ffmpeg -version | sed -n 1p

# 108 frames, each grey all over, two levels brighter than the one before
python3 -c 'import os; [os.write(1, bytes([level] * 4096 + [128] * 2048)) for level in range(16, 232, 2)]' |
  ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s 64x64 -r 30 -i - -c:v ffv1 source.mkv
ffmpeg -v error -i source.mkv -c:v libx264 -qp 4 -bf 3 -g 30 film.mp4
ffmpeg -v error -i source.mkv -c:v mpeg4 -bf 2 -g 15 -q:v 1 film.avi
ffmpeg -v error -ss 1.5 -i film.mp4 -c copy cut.mp4
ffmpeg -v error -i film.mp4 -c copy film.ts
venv/bin/python - 2>log <<'END' || { tail log; exit 1; }
import sys

import decord

print("decord", decord.__version__)
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def number(picture):
    """The number of the frame of the source that it is."""
    return round(picture.mean() * 219 / 255 / 2)


indices = [0, 15, 30, 45]
for name, at_once, in_turn, length in [
    ("film.mp4", [0, 15, 30, 45], [0, 15, 30, 45], 108),
    ("film.avi", [0, 2, 2, 17], [0, 15, 30, 45], 108),
    ("cut.mp4", [45, 60, 60, 75], [45, 60, 75, 90], 78),  # 63 of these are shown
    ("film.ts", [30, 45, 60, 75], [30, 45, 60, 75], 108),
]:
    check(f"{name}, length", len(decord.VideoReader(name)), length)
    check(f"{name}, get_batch({indices})", [number(one) for one in decord.VideoReader(name).get_batch(indices).asnumpy()], at_once)
    reader = decord.VideoReader(name)
    every = [number(reader[index].asnumpy()) for index in range(46)]
    check(f"{name}, the same where all before were read", [every[index] for index in indices], in_turn)
sys.exit(failures > 0)
END
