#!/usr/bin/env bash
# FFmpeg writes subtitles that overlap into MP4 and MOV (mov_text) so that each ends where the next begins: a scene of 10 s with an
# action of 1 s in it is shown for the 2 s before that and never again, and of two that begin together the first is given no
# time. A track of MP4 shows one sample at a time, so one would expect a sample with both texts, a second track, or a
# warning; there is none. Matroska, WebM, WebVTT and ASS keep the times. Seen in FFmpeg 5.1 and 9.0.
# So segments of which several hold at once do not go into MP4 as subtitles, or each class has a track of its own.
#
#   findings/mp4-subtitles-overlap.sh      uses the ffmpeg on the path and the one of imageio-ffmpeg; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1
cat > labels.srt <<'END'
1
00:00:00,000 --> 00:00:10,000
kitchen

2
00:00:02,000 --> 00:00:03,000
cut

3
00:00:05,000 --> 00:00:05,500
stir

4
00:00:05,000 --> 00:00:07,000
fry
END
failures=0
check() {
  if [ "$2" = "$3" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark $1: $2"
}

kept="kitchen 0-10, cut 2-3, stir 5-5.5, fry 5-7"
cut="kitchen 0-2, cut 2-3, stir 5-5, fry 5-7"
for ffmpeg in ffmpeg "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')"; do
  "$ffmpeg" -version | sed -n 1p
  for case in "mp4:mov_text:$cut" "mov:mov_text:$cut" "mkv:subrip:$kept" "webm:webvtt:$kept" "vtt:webvtt:$kept" "ass:ass:$kept"; do
    IFS=: read -r ending codec expected <<< "$case"
    "$ffmpeg" -nostdin -v warning -y -i labels.srt -c:s "$codec" "labels.$ending" 2>log
    "$ffmpeg" -nostdin -v error -y -i "labels.$ending" back.srt
    found=$(python3 -c '
import re
text = open("back.srt").read()
second = lambda time: "%g" % (int(time[6:8]) + int(time[9:]) / 1000)
print(*(f"{label} {second(start)}-{second(end)}" for start, end, label in re.findall(r"(\S+) --> (\S+)\n(.+)", text)), sep=", ")')
    check "$ending, with $(wc -l < log) lines of warnings" "$found" "$expected"
    [ ! -s log ] || failures=$((failures + 1))
  done
done
exit $((failures > 0))
