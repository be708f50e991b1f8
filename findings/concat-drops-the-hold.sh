#!/usr/bin/env bash
# FFmpeg's filter concat does not ask how long the last frame of a part is shown. The next part begins behind
# that frame's time and the mean distance of the part's frames; where a part is one frame, at that frame's own
# time. A title of 3 s that its file holds as one frame takes 0 s: the part behind it begins at 0, too. The
# recording of a screen that stands still at its end, a second at 30 frames a second and 5 s more of the last
# one, takes 1 s instead of 5.97. Nothing warns. Players, ffprobe and the filter fps take the files for as
# long as they are, and `fps=30` before concat joins them right; a part with sound is as long as its sound, so
# that only silent films show it. The help says of lengths that the longest stream of a part counts. Seen in
# FFmpeg 5.1 and 9.0, though since 6.0 each frame carries its duration.
# So parts that are joined get a constant rate first, and times in the joined film are not the sum of the
# parts' durations.
#
#   findings/concat-drops-the-hold.sh      uses the ffmpeg on the path, with libx264, and the one of
#                                          imageio-ffmpeg; fails if they behave otherwise
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

ffmpeg -v error -f lavfi -i color=s=64x64:r=1/3:d=3 -c:v libx264 title.mp4
ffmpeg -v error -f lavfi -i color=s=64x64:r=30:d=1 -c:v libx264 -bf 0 -video_track_timescale 15360 second.mp4
ffmpeg -v error -i second.mp4 -c copy \
  -bsf:v 'setts=pts=PTS:dts=DTS:duration=if(eq(N\,29)\,5*15360\,DURATION)' screen.mp4
check "title.mp4 lasts" "$(ffprobe -v error -show_entries format=duration -of csv=p=0 title.mp4)" 3.000000
check "screen.mp4 lasts" "$(ffprobe -v error -show_entries format=duration -of csv=p=0 screen.mp4)" 5.967000

# begins FILM FILTERS: when the white part begins that is joined behind this film
begins() {
  "$ffmpeg" -nostdin -hide_banner -i "$1" -f lavfi -i color=white:s=64x64:r=10:d=0.5 -filter_complex \
    "[0]$2,format=gray[a];[1]format=gray,setsar=1[b];[a][b]concat,showinfo" -fps_mode passthrough \
    -f null - 2>&1 | python3 -c '
import re
import sys

frames = re.findall(r"pts_time:(\S+).*?mean:\[(\d+)", sys.stdin.read())
print(round(min(float(time) for time, mean in frames if int(mean) > 200), 2))'
}

new=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
for ffmpeg in ffmpeg "$new"; do
  "$ffmpeg" -version | sed -n 1p
  check "behind title.mp4, the next part begins at" "$(begins title.mp4 null)" 0.0
  check "the same with fps=30 before" "$(begins title.mp4 fps=30)" 3.0
  check "behind screen.mp4" "$(begins screen.mp4 null)" 1.0
  check "the same with fps=30 before" "$(begins screen.mp4 fps=30)" 5.97
  found=$("$ffmpeg" -nostdin -v error -i title.mp4 -f lavfi -i sine=d=3 -f lavfi -i color=s=64x64:r=10:d=0.5 \
    -f lavfi -i sine=d=0.5 \
    -filter_complex "[0]setsar=1[a];[2]format=yuv420p,setsar=1[b];[a][1][b][3]concat=a=1" \
    -fps_mode passthrough -c:v rawvideo -f framecrc - | grep '^0,' | sed -n 2p | cut -d, -f3 | tr -d ' ')
  check "behind title.mp4 with sound, in microseconds" "$found" 3000000
done
exit $((failures > 0))
