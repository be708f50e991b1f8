#!/usr/bin/env bash
# What files that are no videos cost a scan: processes started, and processor time of all of them.
#
#   Benchmarks/scan-refusals.sh           60 and 5,000 files of text named .mp4, and 400 clips of sound alone (ffmpeg)
#   R2P1D=path … WORKERS=2                the program; its workers
# Processes are counted with strace where it is there, in a run of its own.
set -euo pipefail
r2p1d=$(realpath "${R2P1D:-.build/release/r2p1d-video}")
workers=${WORKERS:-$(nproc)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo "$(nproc) cores, $workers workers; $("$r2p1d" --version | head -1)"

mkdir few many sound
for number in $(seq 60); do printf 'This is no video.\n%.0s' {1..40} >"few/$number.mp4"; done
for number in $(seq 5000); do cp few/1.mp4 "many/$number.mp4"; done
ffmpeg -v error -f lavfi -i sine=d=5 -c:a aac sound/1.mp4
for number in $(seq 2 400); do cp sound/1.mp4 "sound/$number.mp4"; done

scan() {
  rm -f rows.csv*
  "$@" "$r2p1d" scan "$folder" --model camera-motion --workers "$workers" --quiet --output rows.csv 2>words || true
}
for folder in few many sound; do
  files=$(find "$folder" -type f | wc -l)
  began=$(date +%s.%N)
  cpu=$( { TIMEFORMAT='%U %S'; time scan; } 2>&1 | awk '{ print $1 + $2 }')
  echo "$folder: $files files, $(echo "$(date +%s.%N) - $began" | bc) s, $cpu s of processor time"
  [ "$(wc -l <rows.csv)" = $((files + 1)) ]
done
command -v strace >/dev/null || exit 0
for folder in few sound; do
  scan strace -f -e trace=execve -o calls
  echo "$folder: $(grep -c 'execve(.*= 0' calls) processes"
done
