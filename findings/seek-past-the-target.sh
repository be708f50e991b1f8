#!/usr/bin/env bash
# `ffmpeg -ss TIME -i FILM` decodes from the key frame before TIME and drops what comes before it, says its help, so that the
# first frame is that of TIME. Of H.264 with B frames in MPEG-TS it starts at the next key frame instead: -ss 0.5 at 1 s, which
# is half a second lost. Of the same in FLV, -ss 0 gives no frame at all and status 0, though -ss 0.5 is right. Of MPEG-4 with
# B frames in AVI, -ss 0 starts behind the key frame, with two damaged pictures. MP4 and Matroska are right, and so are
# all of them where -ss stands behind the film's name. FFmpeg 5.1 and 9.0 do the same.
# So clips are cut, and frames taken, of such films with -ss behind -i, or from a copy in Matroska.
#
#   findings/seek-past-the-target.sh      uses the ffmpeg on the path, with libx264, and the one of imageio-ffmpeg; fails if
#                                         they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1

# 108 frames, each grey all over, two levels brighter than the one before
python3 -c 'import os; [os.write(1, bytes([level] * 4096 + [128] * 2048)) for level in range(16, 232, 2)]' |
  ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s 64x64 -r 30 -i - -c:v ffv1 source.mkv
ffmpeg -v error -i source.mkv -c:v libx264 -qp 4 -bf 3 -g 30 film.mp4
for copy in mkv ts flv; do ffmpeg -v error -i film.mp4 -c copy film.$copy; done
ffmpeg -v error -i source.mkv -c:v mpeg4 -bf 2 -g 15 -q:v 1 film.avi

failures=0
# starts EXPECTED OPTIONS: the numbers of the first two frames, and how many come
starts() {
  found=$("$ffmpeg" -v fatal "${@:2}" -vf extractplanes=y -f rawvideo -pix_fmt gray - | python3 -c '
import sys
numbers = [round((level - 16) / 2) for level in sys.stdin.buffer.read()[2000::4096]]
print(*numbers[:2], "of", len(numbers))')
  if [ "$found" = "$1" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark  ${*:2}: $found"
}

for ffmpeg in ffmpeg "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')"; do
  "$ffmpeg" -version | sed -n 1p
  for right in mp4 mkv; do
    starts "0 1 of 108" -ss 0 -i film.$right
    starts "15 16 of 93" -ss 0.5 -i film.$right
  done
  starts "0 1 of 108" -ss 0 -i film.ts
  starts "30 31 of 78" -ss 0.5 -i film.ts
  starts "15 16 of 93" -i film.ts -ss 0.5
  starts "of 0" -ss 0 -i film.flv
  starts "15 16 of 93" -ss 0.5 -i film.flv
  starts "0 1 of 108" -i film.flv -ss 0
  starts "56 29 of 108" -ss 0 -i film.avi
  starts "0 1 of 108" -i film.avi -ss 0
done
exit $((failures > 0))
