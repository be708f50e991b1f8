#!/usr/bin/env bash
# FFmpeg does not give a WebVTT file back as it read it: `ffmpeg -i a.vtt b.vtt`, and a .vtt that becomes a track of WebM, decode
# and encode the text. The decoder takes "a &lt;b&gt; &amp; c" for "a <b> & c", and the encoder writes just that, which is a tag
# to a browser: that text is not shown. "{0.93}" becomes "\{0.93\}" in FFmpeg 5.1 and "\{{}0.93}" in 9.0, which also puts an
# invisible sign (U+2060) behind each backslash; each pass adds more. -c copy keeps all as it was.
# So WebVTT is copied, never encoded, and labels are not compared with what has gone through ffmpeg.
#
#   findings/webvtt-reencoded.sh      uses the ffmpeg on the path, with libvpx, and the one of imageio-ffmpeg; fails if they
#                                     behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1
printf 'WEBVTT\n\n00:01.000 --> 00:02.000\na &lt;b&gt; &amp; c {0.93} d\\e\n' > a.vtt
ffmpeg -v error -f lavfi -i testsrc2=s=64x64:r=30:d=3 -c:v libvpx film.webm
failures=0
# label FILE EXPECTED: the text of the first cue, with [WJ] for U+2060
label() {
  found=$(sed -n 4p "$1" | LC_ALL=C sed 's/\xe2\x81\xa0/[WJ]/g')
  if [ "$found" = "$2" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark  $1: $found"
}

# all FFMPEG ONCE TWICE
all() {
  "$1" -version | sed -n 1p
  ffmpeg=("$1" -v error -y)
  "${ffmpeg[@]}" -i a.vtt once.vtt
  label once.vtt "$2"
  "${ffmpeg[@]}" -i once.vtt twice.vtt
  label twice.vtt "$3"
  "${ffmpeg[@]}" -i film.webm -i a.vtt -map 0 -map 1 -c:v copy film_with.webm
  "${ffmpeg[@]}" -i film_with.webm -c copy track.vtt
  label track.vtt "$2"
  "${ffmpeg[@]}" -i a.vtt -c copy copied.vtt
  label copied.vtt 'a &lt;b&gt; &amp; c {0.93} d\e'
  "${ffmpeg[@]}" -i film.webm -i a.vtt -map 0 -map 1 -c copy film_with.webm
  "${ffmpeg[@]}" -i film_with.webm -c copy copied_track.vtt
  label copied_track.vtt 'a &lt;b&gt; &amp; c {0.93} d\e'
}

all ffmpeg 'a <b> & c \{0.93\} d\e' 'a <b> & c \\{0.93\\} d\e</b>'
all "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" \
  'a <b> & c \{{}0.93} d\[WJ]e' 'a <b> & c \[WJ]\{{}\{{}}0.93} d\[WJ][WJ]e</b>'
exit $((failures > 0))
