#!/usr/bin/env bash
# A film of one minute of 1080p: CPU time of decoding beside ffmpeg's, and a dense timeline beside the Python pipeline.
#
#   Benchmarks/film.sh SHARED CHECKPOINT ONNX      SHARED holds perf/ and reference/; CHECKPOINT of r2plus1d_18; ONNX, its
#                                                  export, is written if it is not there
#   ROUNDS=3 R2P1D=path PYTHON=path FILM=path …    rounds; the programs; another film
set -euo pipefail

shared=${1:?usage: film.sh SHARED CHECKPOINT ONNX} checkpoint=${2:?} onnx=${3:?}
r2p1d=${R2P1D:-.build/release/r2p1d-video}
python=${PYTHON:-python3}
rounds=${ROUNDS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
film=${FILM:-$work/film.mp4}
# One scene. A cut begins the pattern of references anew: after one at an odd frame the samples show what nothing
# refers to, so that nothing can be skipped up to the next; FILM for such films.
[ -e "$film" ] || ffmpeg -nostdin -v error -f lavfi -i "testsrc2=size=1920x1080:rate=30:duration=60" \
  -pix_fmt yuv420p -c:v libx264 -preset veryfast -bf 3 -b_strategy 0 "$film"

cpu() { /usr/bin/time -f "%U %S" -o "$work/time" "$@" >/dev/null; awk '{ print $1 + $2 }' "$work/time"; }
for round in $(seq "$rounds"); do
  theirs=$(cpu ffmpeg -nostdin -v error -i "$film" -f null -)
  "$r2p1d" bench --model camera-motion --frames 8 --runs 1 --video "$film" --format json |
    "$python" -c "
import json, sys
ours = json.load(sys.stdin)['decode']
print('decoding, round $round:', ours, 'beside ffmpeg:', round(ours['cpuSeconds'] / $theirs, 3))"
done

wall() { /usr/bin/time -f "%e" -o "$work/time" "$@" >/dev/null 2>>"$work/errors"; cat "$work/time"; }
peer() {
  wall "$python" -W ignore "$shared/perf/python_pipeline.py" "$checkpoint" "$onnx" "$film" --engine openvino --stride 16
}
peer >/dev/null  # exports, and warms the file cache
for round in $(seq "$rounds"); do
  ours=$(wall "$r2p1d" timeline "$film" --model "$checkpoint" --stride 16 --format csv --quiet)
  theirs=$(peer)
  echo "timeline, round $round: $ours s beside $theirs s:" "$(awk "BEGIN { printf \"%.3f\", $ours / $theirs }")"
done
