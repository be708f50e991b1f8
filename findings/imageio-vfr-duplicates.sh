#!/usr/bin/env bash
# imageio's reader by way of ffmpeg (plugin "FFMPEG", and imageio_ffmpeg.read_frames below it) does not give the frames of a film
# of variable rate as they are: ffmpeg fills the gaps with copies, at a rate that the reader does not say. A film of 80 frames
# in 4 s has a meta "fps" of 20.34 and a count_frames() of 80, but 118 frames come, at 30 a second: a time of index / fps
# is off by nearly half, and the last frame would be at 5.8 s. The same packets in Matroska give 81.
# So of a phone's film such an index is neither a frame nor a time; plugin="pyav" gives 80.
#
#   findings/imageio-vfr-duplicates.sh      installs imageio from PyPI in a folder of its own; uses the ffmpeg on the path, with
#                                           libx264; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio==2.38.1 imageio-ffmpeg==0.8.1 av==18.1.0
# 30 frames a second for 2 s, then 10
ffmpeg -v error -f lavfi -i testsrc2=s=64x64:r=30:d=4 -vf "select='lt(n,60)+not(mod(n,3))'" -vsync vfr -c:v libx264 -bf 0 film.mp4
ffmpeg -v error -i film.mp4 -c copy film.mkv
venv/bin/python - <<'END'
import sys

import imageio
import imageio.v3 as iio
import imageio_ffmpeg

print("imageio", imageio.__version__, "imageio-ffmpeg", imageio_ffmpeg.__version__, "ffmpeg", imageio_ffmpeg.get_ffmpeg_version())
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


for name, came in ("film.mp4", 118), ("film.mkv", 81):
    check(f"{name}, fps and duration", [iio.immeta(name, plugin="FFMPEG")[key] for key in ("fps", "duration")], [20.34, 3.93])
    check(f"{name}, count_frames()", imageio.v2.get_reader(name, "ffmpeg").count_frames(), 80)
    check(f"{name}, frames of imiter", sum(1 for _ in iio.imiter(name, plugin="FFMPEG")), came)
    check(f"{name}, frames of read_frames", sum(1 for _ in imageio_ffmpeg.read_frames(name)) - 1, came)
    check(f"{name}, frames of plugin pyav", sum(1 for _ in iio.imiter(name, plugin="pyav")), 80)
sys.exit(failures > 0)
END
