#!/usr/bin/env bash
# Scans a folder, and tells every tenth of the way what memory and how many descriptors the scan and its workers hold.
#
#   R2P1D=path Benchmarks/scan-memory.sh FOLDER [OPTION…]      OPTIONs of scan; --output is a file of this script's own
set -euo pipefail

folder=${1:?usage: scan-memory.sh FOLDER [OPTION…]}
shift
r2p1d=${R2P1D:-.build/release/r2p1d-video}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$(find -L "$folder" -type f | wc -l)

tell() {  # of a process
  echo "$(awk '/VmRSS/ { print $2 }' "/proc/$1/status" 2>/dev/null || true) kB" \
    "$(find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l) descriptors"
}

began=$(date +%s)
"$r2p1d" scan "$folder" "$@" --quiet --output "$work/rows.csv" 2>"$work/errors" &
scan=$!
step=0
while kill -0 "$scan" 2>/dev/null; do
  rows=$( (cat "$work/rows.csv.journal" 2>/dev/null || true) | wc -l)
  if [ "$rows" -gt $((step * files / 10)) ]; then
    step=$((step + 1))
    echo "$rows rows, $(($(date +%s) - began)) s: scan $(tell "$scan");" \
      "workers: $(for worker in $(pgrep -P "$scan" || true); do tell "$worker"; done | paste -sd ,)"
  fi
  sleep 0.1
done
status=0
wait "$scan" || status=$?
echo "exit status $status after $(($(date +%s) - began)) s, $(($(wc -l <"$work/rows.csv.journal") - 1)) rows of $files files," \
  "$(grep -c '^[^,]*,ok,' "$work/rows.csv" || true) of them labelled; errors:"
sed 's/.*: //' "$work/errors" | sort | uniq -c | sort -rn | head -20
[ "$status" -le 1 ]
