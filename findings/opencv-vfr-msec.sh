#!/usr/bin/env bash
# OpenCV's set(CAP_PROP_POS_MSEC, t), the usual advice for films of variable rate, does not go to time t there: it goes to frame
# number t × the average rate, which it finds by counting from a key frame whose number it guesses from that rate, too. Of a film
# of 60 frames at 30 a second and 48 at 15, 1000 ms is the frame of 700 ms, and 4000 ms that of 4867 ms; 5000 ms of 5200 is the
# end, nothing is read. set() says True. POS_FRAMES is no better: 45 gives 54, 75 gives 93, and get() calls that 75. Only the
# POS_MSEC that is read back tells the truth. Seen in OpenCV 4.12 and 5.0.
# So films of phones and of screens are read through, and each frame's time is asked for.
#
#   findings/opencv-vfr-msec.sh      installs both versions in a folder of its own; uses the ffmpeg on the path, with libx264
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -version | sed -n 1p
# 108 frames, each grey all over, two levels brighter than the one before
python3 -c 'import os; [os.write(1, bytes([level] * 4096 + [128] * 2048)) for level in range(16, 232, 2)]' |
  ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s 64x64 -r 30 -i - -c:v ffv1 source.mkv
ffmpeg -v error -i source.mkv -vf 'setpts=if(lt(N\,60)\,N\,2*N-60)/30/TB' -fps_mode vfr -c:v libx264 -qp 4 -bf 3 -g 30 \
  -x264-params scenecut=0 film.mp4
cat > seek.py <<'END'
import sys

import cv2

print("OpenCV", cv2.__version__)
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def frame(reader):
    """The number and the time of the next frame, in ms."""
    read, picture = reader.read()
    return (round(picture.mean() * 219 / 255 / 2), round(reader.get(cv2.CAP_PROP_POS_MSEC))) if read else None


def after(what, value):
    reader = cv2.VideoCapture("film.mp4")
    assert reader.set(what, value)
    return frame(reader)


reader = cv2.VideoCapture("film.mp4")
frames = [frame(reader) for _ in range(108)]
check("read through, frames 0, 30, 60, 90 and 107", [frames[n] for n in (0, 30, 60, 90, 107)],
      [(0, 0), (30, 1000), (60, 2000), (90, 4000), (107, 5133)])
for time, expected in [(500, (11, 367)), (1000, (21, 700)), (2000, (51, 1700)), (3000, (82, 3467)), (4000, (103, 4867)), (5000, None)]:
    check(f"POS_MSEC {time}", after(cv2.CAP_PROP_POS_MSEC, time), expected)
for number, expected in [(45, (54, 1800)), (75, (93, 4200))]:
    check(f"POS_FRAMES {number}", after(cv2.CAP_PROP_POS_FRAMES, number), expected)
reader.set(cv2.CAP_PROP_POS_FRAMES, 75)
reader.read()
check("the POS_FRAMES of that one", reader.get(cv2.CAP_PROP_POS_FRAMES) - 1, 75)
sys.exit(failures > 0)
END
python3 -m venv venv
failures=0
for version in 4.12.0.88 5.0.0.93; do
  venv/bin/pip --quiet --disable-pip-version-check install "opencv-python-headless==$version"
  venv/bin/python seek.py 2>log || { tail log; failures=1; }
done
exit $failures
