#!/usr/bin/env bash
# Films of so many megabytes, to measure what is read of them: one noisy recording in loops, in six containers.
#
#   Benchmarks/reading/films.sh FOLDER [MEGABYTES]    4250 if not said; needs six times as much space, and ffmpeg with libx264
#   KINDS="mp4 mkv" …                                 only these of: mp4 faststart fragments mkv flv avi
set -euo pipefail

folder=${1:?usage: films.sh FOLDER [MEGABYTES]} megabytes=${2:-4250}
kinds=${KINDS:-mp4 faststart fragments mkv flv avi}
mkdir -p "$folder"
seed=$folder/seed.mp4
ff() { ffmpeg -nostdin -v error -y "$@"; }

# 4 s of 720p, 30 frames a second, of which each takes some 590 kB.
[ -e "$seed" ] || ff -f lavfi -i "nullsrc=s=1280x720:r=30:d=4,geq=random(1)*255:128:128,noise=alls=100:allf=t+u" \
  -pix_fmt yuv420p -c:v libx264 -preset ultrafast -tune zerolatency -qp 28 -g 60 "$seed"
loops=$(((megabytes * 1000000 - 1) / $(stat -c %s "$seed")))
loop() { ff -stream_loop "$loops" -i "$seed" -c copy "$@"; }
for kind in $kinds; do
  case $kind in
    mp4) loop "$folder/end.mp4" ;;
    faststart) loop -movflags +faststart "$folder/front.mp4" ;;
    fragments) loop -movflags frag_keyframe+empty_moov+default_base_moof "$folder/fragments.mp4" ;;
    mkv) loop "$folder/film.mkv" ;;
    flv) loop -flvflags no_duration_filesize "$folder/film.flv" ;;
    avi) loop "$folder/film.avi" ;;
    *) echo "films.sh: no such kind: $kind" >&2; exit 64 ;;
  esac
done
ls -l "$folder"
