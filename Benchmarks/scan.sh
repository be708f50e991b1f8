#!/usr/bin/env bash
# What a scan takes beside what else would do the same, in alternating runs on one machine, and its memory over time.
#
#   Benchmarks/scan.sh FOLDER [MODEL]      FOLDER of videos: 40 mixed ones, say. MODEL as for --model.
#   PEER='python3 pipeline.py' …           also `xargs -P2 -n1 $PEER`, a process a file
#   ROUNDS=5 R2P1D=path FILES=1000 …       rounds; the program; files of the memory test (0: none)
set -euo pipefail

folder=${1:?usage: scan.sh FOLDER [MODEL]}
model=${2:-camera-motion}
r2p1d=${R2P1D:-.build/release/r2p1d-video}
rounds=${ROUNDS:-5}
files=${FILES:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find -L "$folder" -type f | sort >"$work/list"
echo "$(wc -l <"$work/list") files, model $model, $(nproc) cores, $("$r2p1d" --version | tail -1)"

scan() {
  rm -f "$work"/scan.csv*
  "$r2p1d" scan --files-from "$work/list" --model "$model" --quiet --output "$work/scan.csv" 2>>"$work/errors" || true
}
labels() {  # a process a file, one after another
  while read -r file; do
    "$r2p1d" label "$file" --model "$model" --quiet --format csv >/dev/null 2>>"$work/errors" || true
  done <"$work/list"
}
label() {  # one process for all
  tr '\n' '\0' <"$work/list" |
    xargs -0 "$r2p1d" label --model "$model" --quiet --format csv >/dev/null 2>>"$work/errors" || true
}
peer() {
  # shellcheck disable=SC2086
  tr '\n' '\0' <"$work/list" | xargs -0 -P2 -n1 $PEER >/dev/null 2>>"$work/errors" || true
}

contestants="scan labels label"
[ -z "${PEER:-}" ] || contestants="$contestants peer"
for round in $(seq "$rounds"); do
  for contestant in $contestants; do
    began=$(date +%s.%N)
    $contestant
    echo "$contestant $(echo "$(date +%s.%N) - $began" | bc)" | tee -a "$work/times" | sed "s/^/round $round: /;s/$/ s/"
  done
done
for contestant in $contestants; do
  grep "^$contestant " "$work/times" | cut -d' ' -f2 | sort -n |
    awk -v name="$contestant" '{ t[NR] = $1 } END { printf "%s: median %.2f s\n", name, t[int((NR + 1) / 2)] }'
done

[ "$files" -gt 0 ] || exit 0
# The videos under so many names.
mkdir "$work/many"
mapfile -t videos <"$work/list"
for number in $(seq "$files"); do
  video=${videos[number % ${#videos[@]}]}
  ln -s "$(realpath "$video")" "$work/many/$number.${video##*.}"
done
R2P1D=$r2p1d "$(dirname "$0")/scan-memory.sh" "$work/many" --model "$model"
