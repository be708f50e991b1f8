#!/usr/bin/env bash
# Every container with every codec that ffmpeg writes into it, 13 s each, and what both ways of scanning give of them.
#
#   Benchmarks/reading/pairs.sh FOLDER     makes what is not there yet; then the test compares all files of FOLDER
#   COMPARE=no …                           only makes them
#   TEST_OPTIONS="-Xcc -O2 --skip-build"   for `swift test`
set -euo pipefail

folder=${1:?usage: pairs.sh FOLDER}
mkdir -p "$folder"
containers="mp4 mov 3gp mkv webm flv avi ts mpg ogv nut asf mxf ivf"
codecs="libx264 libx265 mpeg4 mpeg2video mpeg1video mjpeg libvpx libvpx-vp9 libaom-av1 libsvtav1 flv h263p h261 wmv1 wmv2
  msmpeg4v2 msmpeg4 libtheora ffv1 huffyuv ffvhuff utvideo prores_ks dnxhd rawvideo svq1 cinepak snow asv1 rv10 rv20 qtrle png
  zmbv flashsv libxvid magicyuv cfhd"
options() {
  case $1 in
    libx264) echo "-preset veryfast -g 50 -bf 2" ;;
    libx265) echo "-preset ultrafast -x265-params keyint=50:log-level=none" ;;
    libvpx | libvpx-vp9) echo "-deadline realtime -cpu-used 8 -g 50 -b:v 2M" ;;
    libaom-av1) echo "-cpu-used 8 -usage realtime -g 50 -b:v 1M" ;;
    libsvtav1) echo "-preset 12 -g 50" ;;
    mpeg4 | mpeg2video | mpeg1video) echo "-g 25 -bf 2 -b:v 2M" ;;
    dnxhd) echo "-s 1280x720 -pix_fmt yuv422p -b:v 90M -r 25 -t 2" ;;
    h261 | h263p | flv | rv10 | rv20) echo "-s 352x288 -b:v 2M" ;;
    cinepak | snow | cfhd) echo "-t 3" ;;
    *) echo "-b:v 2M" ;;
  esac
}
made=0
for codec in $codecs; do
  for container in $containers; do
    file=$folder/$codec.$container
    [ -e "$file" ] && { made=$((made + 1)); continue; }
    # shellcheck disable=SC2046
    if timeout -k 5 60 ffmpeg -nostdin -v quiet -y -f lavfi -i "testsrc2=s=176x144:r=25:d=13,noise=alls=30:allf=t" \
      -c:v "$codec" $(options "$codec") -strict -2 -f "$(case $container in
        mkv) echo matroska ;; ts) echo mpegts ;; mpg) echo mpeg ;; ogv) echo ogg ;; *) echo "$container" ;;
      esac)" "$file.part" && [ -s "$file.part" ]; then
      mv "$file.part" "$file"
      made=$((made + 1))
    else
      rm -f "$file.part"
    fi
  done
done
echo "$made pairs"
[ "${COMPARE:-yes}" = yes ] || exit 0
cd "$(dirname "$0")/../.."
# shellcheck disable=SC2086
R2P1D_READING=$folder swift test ${TEST_OPTIONS:-} --filter SparseScanTests.wholeFolder
