#!/usr/bin/env bash
# FFmpeg 5.1 with SVT-AV1 1.4 (Debian 12): the sequence header in `av1C`, where a container gives it once, is not the one
# that stands before the key frames in the stream. The specification of AV1 in ISO media files (2.3.4) wants them the same. Who compares the
# two to find out whether parameters change midway takes every such file for one in which they do.
# Needs the ffmpeg program with libsvtav1, and Python 3. Exits 1 if the two are the same now.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ffmpeg -version | head -1
ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=s=64x64:r=30:d=1 -c:v libsvtav1 -g 30 "$folder/a.mp4" 2>"$folder/log"
grep -o 'SVT-AV1 Encoder Lib.*' "$folder/log" | head -1 || true
python3 - "$folder/a.mp4" <<'P'
import sys

data = open(sys.argv[1], "rb").read()


def header(at):
    """The payload of the sequence header whose unit begins at `at`, with a size of one byte."""
    assert data[at] == 0x0A, "a sequence header with a size"
    return data[at + 2:at + 2 + data[at + 1]]


given = header(data.index(b"av1C") + 8)
stream = header(data.index(b"mdat") + 4)
print("in av1C:      ", given.hex())
print("in the stream:", stream.hex())
sys.exit(given == stream)
P
