#!/usr/bin/env bash
# imageio.v3.imread(film, index=N, plugin="pyav") gives frame N of MP4 and Matroska, but of MPEG-TS with a constant rate it gives a
# key frame: index 0, 15 and 31 all give frame 0, 45 and 60 give 30. Frames that are read one by one are right until one is skipped;
# then the reader goes back. Of a program stream (.mpg) it gives 31 for 45, of AVI with B frames 30 for 31. It takes the rate for
# constant where the container says so, counts from 0 though these films begin later, and says nothing. constant_framerate=False,
# which looks meant for films whose rate varies, gives the right frame of all of them.
# So labels are laid beside pictures by that option, or by reading through.
#
#   findings/imageio-pyav-index.sh      installs imageio and av in a folder of its own; uses the ffmpeg on the path, with libx264;
#                                       fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio==2.38.1 av==18.1.0 numpy==2.4.6 pillow==13.0.0
ffmpeg -version | sed -n 1p

# 108 frames, each grey all over, two levels brighter than the one before
python3 -c 'import os; [os.write(1, bytes([level] * 4096 + [128] * 2048)) for level in range(16, 232, 2)]' |
  ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s 64x64 -r 30 -i - -c:v ffv1 source.mkv
ffmpeg -v error -i source.mkv -c:v libx264 -qp 4 -bf 3 -g 30 film.mp4
for copy in mkv ts; do ffmpeg -v error -i film.mp4 -c copy film.$copy; done
ffmpeg -v error -i source.mkv -c:v libx264 -qp 4 -bf 0 -g 30 plain.ts
ffmpeg -v error -i source.mkv -c:v mpeg2video -bf 2 -g 15 -q:v 1 film.mpg
ffmpeg -v error -i source.mkv -c:v mpeg4 -bf 2 -g 15 -q:v 1 film.avi
venv/bin/python - 2>log <<'END' || { tail log; exit 1; }
import sys

import av
import imageio
import imageio.v3 as iio

print("imageio", imageio.__version__, "av", av.__version__)
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def number(picture):
    """The number of the frame of the source that it is."""
    return round(picture.mean() * 219 / 255 / 2)


indices = [0, 15, 31, 45, 60, 77]
for name, expected in [
    ("film.mp4", indices),
    ("film.mkv", indices),
    ("film.ts", [0, 0, 0, 30, 30, 60]),
    ("plain.ts", [0, 0, 0, 30, 30, 60]),
    ("film.mpg", [0, 0, 15, 31, 46, 62]),
    ("film.avi", [0, 15, 30, 45, 60, 76]),
]:
    check(f"{name}, index={indices}", [number(iio.imread(name, plugin="pyav", index=index)) for index in indices], expected)
    varying = [number(iio.imread(name, plugin="pyav", index=index, constant_framerate=False)) for index in indices]
    check(f"{name}, the same with constant_framerate=False", varying, indices)
with iio.imopen("film.ts", "r", plugin="pyav") as reader:
    turn = [0, 1, 2, 3, 4, 5, 20]
    check(f"film.ts, one reader, {turn}", [number(reader.read(index=index)) for index in turn], [0, 1, 2, 3, 4, 5, 0])
sys.exit(failures > 0)
END
