#!/usr/bin/env bash
# FFmpeg's metadata files (FFMETADATA1) cannot hold a value that ends in a backslash, though the format escapes it: the reader
# takes the backslash before a line break for an escaped line break, also where that backslash is itself escaped. The value
# gets the line break and the whole next line; where that was [CHAPTER], two chapters become one, without an error. FFmpeg's own
# writer makes such files, so that a title does not survive `-f ffmetadata` and back.
# So no title is written that ends in a backslash.
#
#   findings/ffmetadata-last-backslash.sh      uses the ffmpeg and ffprobe on the path; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -version | head -1

failures=0
# check WHAT FOUND EXPECTED
check() {
  if [ "$2" = "$3" ]; then mark="as described"; else mark="OTHERWISE   " failures=$((failures + 1)); fi
  printf '%s  %s: %q\n' "$mark" "$1" "$2"
}

# The titles of the chapters of a file, with a bar after each.
titles() { ffprobe -v error -show_chapters -of json "$1" |
  python3 -c 'import json, sys; print("".join(c["tags"]["title"] + "|" for c in json.load(sys.stdin)["chapters"]))'; }

# chapters TITLE TITLE: a file of two chapters of these titles, as they are to be escaped
chapters() {
  printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=%s\n' "$1"
  printf '[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=%s\n' "$2"
}

chapters 'a\\b' 'c' > within.txt
check 'backslash within the title' "$(titles within.txt)" 'a\b|c|'
chapters 'a\\' 'c' > last.txt
check 'backslash at its end: one chapter is left' "$(titles last.txt)" 'c|'
chapters 'a' 'c\\' > end.txt
check 'at the end of the last one: a line break is added' "$(titles end.txt)" $'a|c\\\n|'

# FFmpeg's own way there and back. Matroska holds the title.
ffmpeg -v error -f lavfi -i color=s=16x16:r=1:d=2 -i within.txt -map 0 -map_chapters 1 -c:v mpeg4 held.mkv
python3 - <<'END'
# The title a\b becomes ab\ in place: same length.
data = open("held.mkv", "rb").read()
assert data.count(b"a\\b") == 1
open("held.mkv", "wb").write(data.replace(b"a\\b", b"ab\\"))
END
check 'held by Matroska' "$(titles held.mkv)" 'ab\|c|'
ffmpeg -v error -i held.mkv -f ffmetadata back.txt
check 'and after -f ffmetadata' "$(titles back.txt)" 'c|'
exit $((failures > 0))
