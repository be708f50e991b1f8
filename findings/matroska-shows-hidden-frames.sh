#!/usr/bin/env bash
# A copy of packets from MP4 to Matroska is taken for the same film in another box. It is another film where
# an edit list hides frames, as `ffmpeg -ss … -c copy` and the trimming of a phone leave them: packets from
# the key frame on that are decoded and not shown. Matroska has a flag for that ("invisible"), but neither
# FFmpeg, 5.1 and 9.0, nor mkvmerge 74 sets it: all frames are shown, and every time moves back to make room.
# Of a film that was cut at 1.5 s, with its key frame at 1.0, the copy is 2.6 s long instead of 2.1, and what
# was at 0 is at 0.5. None of them warns. MPEG-TS is the same, MP4 to MP4 keeps the list, and from Matroska
# back to MP4 it does not return.
# So labels, subtitles and chapters of the one file do not fit the other: what has been cut is labelled in the
# box in which it stays, or encoded.
#
#   findings/matroska-shows-hidden-frames.sh      uses the ffmpeg on the path, with libx264, mkvmerge on the
#                                                 path (Debian's mkvtoolnix), and the ffmpeg of
#                                                 imageio-ffmpeg; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1
new=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
ffmpeg -version | sed -n 1p
"$new" -version | sed -n 1p
mkvmerge --version

failures=0
# shown FILE EXPECTED: how many frames this file shows, the first and the last by their numbers in the film,
# and how many seconds behind the first one frame 45 is
shown() {
  for ffmpeg in ffmpeg "$new"; do
    found=$("$ffmpeg" -nostdin -hide_banner -i "$1" -vf showinfo -fps_mode passthrough -f null - 2>&1 |
      python3 -c '
import re
import sys

found = re.findall(r"pts_time:(\S+).*?mean:\[(\d+)", sys.stdin.read())
times = {round((int(mean) - 16) / 2): float(time) for time, mean in found}
print(f"{len(found)} frames, {min(times)} to {max(times)}, 45 at {times[45] - min(times.values()):.2f}")')
    if [ "$found" = "$2" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
    echo "$mark $1: $found"
  done
}

# 108 frames, each grey all over, two levels brighter than the one before
python3 -c 'import os; [os.write(1, bytes([level] * 4096 + [128] * 2048)) for level in range(16, 232, 2)]' |
  ffmpeg -v error -f rawvideo -pix_fmt yuv420p -s 64x64 -r 30 -i - -c:v ffv1 source.mkv
ffmpeg -v error -i source.mkv -c:v libx264 -qp 4 -bf 3 -g 30 film.mp4
ffmpeg -v error -ss 1.5 -i film.mp4 -c copy cut.mp4
ffmpeg -v warning -i cut.mp4 -c copy old.mkv 2>old.log
"$new" -v warning -i cut.mp4 -c copy new.mkv 2>new.log
mkvmerge --output merged.mkv cut.mp4 >merged.log
ffmpeg -v error -i cut.mp4 -c copy old.ts
"$new" -v error -i cut.mp4 -c copy again.mp4
ffmpeg -v error -i old.mkv -c copy back.mp4

hidden="63 frames, 45 to 107, 45 at 0.00"
all="78 frames, 30 to 107, 45 at 0.50"
shown cut.mp4 "$hidden"
shown again.mp4 "$hidden"
for copy in old.mkv new.mkv merged.mkv old.ts back.mp4; do shown "$copy" "$all"; done
if [ -s old.log ] || [ -s new.log ] || grep -qi warning merged.log; then
  echo "OTHERWISE    one of them warns:"
  cat ./*.log
  failures=$((failures + 1))
fi
exit $((failures > 0))
