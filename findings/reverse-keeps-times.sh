#!/usr/bin/env bash
# FFmpeg's filter reverse, by which films are turned round to get "pan right" out of "pan left", turns the
# pictures, but not their times: the first time goes to the last picture, the second to the one before it. Of
# a constant rate that is right. Of a film of 30 frames at 30 a second and 10 at 5, as a phone writes one when
# it gets dark, the ten that took 1.8 s are gone after 0.3, and the quick ones take 2.5: frame 30, shown from
# 1.0 to 1.2 s of 2.83, comes at 0.30 instead of 1.63. areverse does turn the sound, which is heard 1.3 s
# after its picture then. `fps=30,reverse` is right. The help says only that it needs memory; the source keeps
# a list of times beside the one of frames, and takes them from the front, the frames from the back. Seen in
# FFmpeg 5.1 and 9.0.
# So what has no constant rate gets one first, and labels of a film are not turned round by its reversed
# copy's times.
#
#   findings/reverse-keeps-times.sh      uses the ffmpeg on the path and the one of imageio-ffmpeg; fails if
#                                        they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1

failures=0
check() {
  if [ "$2" = "$3" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark $1: $2"
}

# 40 frames, each grey all over, five levels brighter than the one before
python3 -c 'import os; [os.write(1, bytes([16 + 5 * n] * 256)) for n in range(40)]' |
  ffmpeg -v error -f rawvideo -pix_fmt gray -s 16x16 -r 30 -i - \
    -vf 'setpts=if(lt(N\,30)\,N\,30+6*(N-30))/30/TB' -fps_mode vfr -c:v ffv1 film.mkv

# shown FILTERS: when frames 39, 35, 31, 30, 29, 15 and 0 of the film begin to be shown behind these filters
shown() {
  "$ffmpeg" -nostdin -hide_banner -i film.mkv -vf "$1,showinfo" -fps_mode passthrough -f null - 2>&1 |
    python3 -c '
import re
import sys

first = {}
for time, mean in re.findall(r"pts_time:(\S+).*?mean:\[(\d+)", sys.stdin.read()):
    first.setdefault(round((int(mean) - 16) / 5), round(float(time), 2))
print(*(f"{number}:{first[number]:.2f}" for number in (39, 35, 31, 30, 29, 15, 0)))'
}

new=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
for ffmpeg in ffmpeg "$new"; do
  "$ffmpeg" -version | sed -n 1p
  check "the film" "$(shown null)" "39:2.80 35:2.00 31:1.20 30:1.00 29:0.97 15:0.50 0:0.00"
  check "reverse" "$(shown reverse)" "39:0.00 35:0.13 31:0.27 30:0.30 29:0.33 15:0.80 0:2.80"
  check "fps=30,reverse" "$(shown fps=30,reverse)" "39:0.00 35:0.63 31:1.43 30:1.63 29:1.83 15:2.30 0:2.80"
  # a tone that lasts as long as the slow frames are shown: from second 1 to the end
  "$ffmpeg" -nostdin -v error -y -f lavfi -i "sine=d=2.8333,volume='gt(t,1)':eval=frame" -af areverse \
    -f s16le sound
  check "areverse, the tone of frames 30 to 39 ends at" "$(python3 -c '
import array

samples = array.array("h", open("sound", "rb").read())
print(round(max(at for at, value in enumerate(samples) if abs(value) > 100) / 44100, 1))')" 1.8
done
exit $((failures > 0))
