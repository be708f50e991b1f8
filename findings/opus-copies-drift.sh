#!/usr/bin/env bash
# Each copy of a WebM or Matroska film with Opus by FFmpeg 5.1 (`-c copy`, Debian 12's) moves the picture 7 ms
# away from the sound: 70 ms after ten copies, though a copy is taken to keep all times. Opus
# begins with 312 samples, 6.5 ms, that nobody hears (CodecDelay). The demuxer takes these off the times of
# sound, as the format says; the muxer writes CodecDelay and does not put them back. What then lies before 0
# is moved to 0, and the picture with it. Even the film as it was encoded is off: its first frame is at 7 ms.
# mkvmerge 74, and FFmpeg 7.1 and 9.0, keep what is between picture and sound; FFmpeg 9.0 encodes it at 0.
# So where Opus is copied with FFmpeg before 6.0, the delay has to be added to the times of its packets.
#
#   findings/opus-copies-drift.sh      uses the ffmpeg (5.1, with libvpx and libopus) and the mkvmerge on the
#                                      path, and the ffmpeg of imageio-ffmpeg; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1
recent=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
echo "$(ffmpeg -version | head -1 | cut -d' ' -f3) and $("$recent" -version | head -1 | cut -d' ' -f3)"

failures=0
check() {
  if [ "$2" = "$3" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark $1: $2"
}

# first FILE STREAM: the time of its first packet
first() {
  ffprobe -v error -select_streams "$2" -show_entries packet=pts_time -of csv=p=0 "$1" >times
  head -1 times
}

# gap FILE: milliseconds from the first packet of sound to the first picture
gap() {
  python3 -c 'import sys; print(round(1000 * (float(sys.argv[1]) - float(sys.argv[2]))))' \
    "$(first "$1" v)" "$(first "$1" a)"
}

encode() {
  "$1" -nostdin -v error -f lavfi -i testsrc2=s=64x64:r=25:d=1 -f lavfi -i sine=r=48000:d=1 -c:v libvpx \
    -c:a libopus "$2"
}
encode ffmpeg 0.webm
check "5.1, encoded: the first packet of sound to the first picture, ms" "$(gap 0.webm)" 14
for copy in 1 2 3 4 5; do
  ffmpeg -v error -i $((copy - 1)).webm -c copy $copy.webm
  check "5.1, copy $copy" "$(gap $copy.webm)" $((14 + 7 * copy))
done

cp 0.webm new0.webm
cp 0.webm merged0.webm
for copy in 1 2 3; do
  "$recent" -nostdin -v error -i new$((copy - 1)).webm -c copy new$copy.webm
  mkvmerge --quiet --webm --output merged$copy.webm merged$((copy - 1)).webm
done
check "9.0, copy 3 of the same file" "$(gap new3.webm)" 14
check "mkvmerge, copy 3 of the same file" "$(gap merged3.webm)" 14
encode "$recent" recent.webm
check "9.0, encoded" "$(gap recent.webm)" 7
exit "$((failures > 0))"
