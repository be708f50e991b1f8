#!/usr/bin/env bash
# FFmpeg's filter fps with its default, round=near, does not take the frame that is nearest to each new time, nor the one shown
# then, but the last of those that round to it: up to half a new frame late, though there is a frame at just that time. Of 30
# frames a second fps=10 takes 1, 4, 7 … and fps=1 takes 14 and 44, as the pictures of seconds 0 and 1. round=down is later
# still. The option -r 10 takes others again: behind the first three it is 4 frames early, and it makes 22 frames of 2 s.
# framerate=10 takes 0, 3, 6 …, the frames that are shown.
# So whoever compares frames or labels has to know by which of them a film was thinned out; -vf fps=15 of 30, which a network
# may be trained on, is right by chance: 0, 2, 4 ….
#
#   findings/fps-filter-late-frames.sh      uses the ffmpeg on the path and the one of imageio-ffmpeg; fails if they take others
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1

failures=0
# taken OPTIONS EXPECTED: the numbers of the frames that are taken of 60, each of which is all of its own number's grey
taken() {
  found=$(python3 -c 'import os; os.write(1, b"".join(bytes([n]) * 256 for n in range(60)))' |
    "$ffmpeg" -v error -f rawvideo -pix_fmt gray -s 16x16 -r 30 -i - $1 -f rawvideo -pix_fmt gray - |
    python3 -c 'import sys; print(*sys.stdin.buffer.read()[::256])')
  if [[ "$found" = $2 ]]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark  $1: $found"
}

for ffmpeg in ffmpeg "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')"; do
  "$ffmpeg" -version | sed -n 1p
  taken "-vf fps=10" "1 4 7 10 13 *"
  taken "-vf fps=10:round=down" "2 5 8 11 14 *"
  taken "-vf framerate=10" "0 3 6 9 12 *"
  taken "-r 10" "0 1 2 5 8 11 14 17 20 23 26 29 32 35 38 41 44 47 50 53 56 59"
  taken "-vf fps=1" "14 44"
  taken "-vf fps=15" "0 2 4 6 8 *"
done
exit $((failures > 0))
