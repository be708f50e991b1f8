#!/usr/bin/env bash
# FFmpeg's bitstream filter setts replaces presentation times by decoding times whenever only a packet's duration is set.
#
# Seen in FFmpeg 7.0.2 (the program that imageio-ffmpeg 0.6.0 brings; 5.1, 7.1 and 9.0 do the same): `-bsf:v setts=duration=D` of
# a stream with B frames, copied, gives each packet a PTS that equals its DTS. Its help says that `pts` and `dts` have no
# default, and that `ts` has the default "TS", so one expects that what is not named stays. But `ts` stands for both, and of a
# packet with both times TS is the DTS: the stream is shown in the order of decoding, and the MP4 that is made of it loses
# the frames whose time falls before its edit list (27 of 30 are decoded). `setts=pts=PTS:dts=DTS:duration=D` keeps them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.6.0
ffmpeg=$("$folder/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$folder"
"$ffmpeg" -version | sed -n 1p

"$ffmpeg" -v error -f lavfi -i testsrc2=s=64x64:r=30:d=1 -c:v libx264 -bf 3 -g 30 source.mp4
"$ffmpeg" -v error -i source.mp4 -c copy -bsf:v setts=duration=512 alone.mp4
"$ffmpeg" -v error -i source.mp4 -c copy -bsf:v setts=pts=PTS:dts=DTS:duration=512 all.mp4

# Of each packet 1 where its two times are the same, and 0 where they differ; then how many frames are decoded.
same() { "$ffmpeg" -v error -i "$1" -c copy -f framecrc - | awk -F ', *' '!/^#/ { n += $2 == $3; all++ } END { print n " of " all }'; }
frames() { "$ffmpeg" -v error -i "$1" -f framemd5 - | grep -vc '^#'; }

for file in source alone all; do
  echo "$file: $(same $file.mp4) packets whose PTS is their DTS, $(frames $file.mp4) frames"
done | tee seen
grep -q '^alone: \([0-9]*\) of \1 packets .*, 27 frames$' seen
grep -q '^all: .*, 30 frames$' seen
grep -q '^source: .*, 30 frames$' seen
[ "$(sed -n 's/^source: \(.*\)/\1/p' seen)" = "$(sed -n 's/^all: \(.*\)/\1/p' seen)" ]
echo "setts with a duration alone sets the PTS to the DTS"
