#!/usr/bin/env bash
# FFmpeg writes the chapters of an MP4 twice: as a track of text (QuickTime's) and as a list (Nero's, "chpl"),
# which counts in one byte and therefore ends after 255, without a warning; the track has all. FFmpeg reads
# both, so that ffprobe and its copy to Matroska have all 300 of 300. mkvmerge 74, the usual way to Matroska,
# does not look at the track where it has found a list: it writes 255, and the last one lasts over the other
# 45, without a warning. mutagen knows only the list.
# So an MP4 of more than 255 chapters goes to Matroska by ffmpeg, and what ffprobe finds in it is not what all
# find.
#
#   findings/mp4-chapters-255.sh      installs mutagen and imageio-ffmpeg in a folder of its own; uses the
#                                     ffmpeg, with libx264, and mkvmerge (Debian's mkvtoolnix) on the path;
#                                     fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1 mutagen==1.48.1
new=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')

failures=0
check() {
  if [ "$2" = "$3" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  echo "$mark $1: $2"
}

python3 -c '
print(";FFMETADATA1")
for number in range(300):
    print(f"[CHAPTER]\nTIMEBASE=1/10\nSTART={number}\nEND={number + 1}")
    print(f"title=scene {number + 1}")' >chapters.txt
ffmpeg -v error -f lavfi -i testsrc2=s=64x64:r=10:d=30 -c:v libx264 film.mp4

# ends FILE: how many chapters ffprobe finds in it, and the last one's title, start and end
ends() {
  ffprobe -v error -show_entries chapter=start_time,end_time:chapter_tags=title -of csv=p=0 "$1" |
    awk -F, '{ last = $3 " from " $1 + 0 " to " $2 + 0 } END { print NR ", " last }'
}

mkvmerge --version
venv/bin/python -c 'import mutagen; print("mutagen", mutagen.version_string)'
for ffmpeg in ffmpeg "$new"; do
  "$ffmpeg" -version | sed -n 1p
  "$ffmpeg" -v warning -y -i film.mp4 -i chapters.txt -map 0 -map_chapters 1 -c copy scenes.mp4 2>log
  "$ffmpeg" -v warning -y -i scenes.mp4 -c copy copied.mkv 2>>log
  mkvmerge --output merged.mkv scenes.mp4 >merged.log
  check "ffmpeg warns" "$(cat log)" ""
  check "mkvmerge warns" "$(grep -i warning merged.log || true)" ""
  check "MP4, by ffprobe" "$(ends scenes.mp4)" "300, scene 300 from 29.9 to 30"
  check "Matroska of ffmpeg" "$(ends copied.mkv)" "300, scene 300 from 29.9 to 30"
  check "Matroska of mkvmerge" "$(ends merged.mkv)" "255, scene 255 from 25.4 to 30"
  check "MP4, by mutagen" "$(venv/bin/python -c '
import mutagen.mp4

chapters = mutagen.mp4.MP4("scenes.mp4").chapters
print(f"{len(chapters)}, {chapters[-1].title} from {chapters[-1].start}")')" "255, scene 255 from 25.4"
done
exit $((failures > 0))
