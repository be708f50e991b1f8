#!/usr/bin/env bash
# The ffmpeg program ignores SIGPIPE and the errors of what it writes to `-progress pipe:1`: when the process that reads it
# is gone, it encodes on to the end, as an orphan, and leaves its file.
# So who starts it to write a file has to end it; a pipe that breaks does not.
#
#   findings/ffmpeg-progress-reader-gone.sh      uses the ffmpeg on the path; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -version > version && head -1 version

# Reads one line of the progress and ends, while 2 s are left.
{ status=0
  ffmpeg -nostdin -v error -re -f lavfi -i testsrc2=s=64x64:r=10:d=3 -progress pipe:1 -stats_period 0.2 -c:v ffv1 whole.mkv ||
    status=$?
  echo "$status" > status
} | head -1
frames=$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 whole.mkv)
echo "status $(cat status), $frames of 30 frames, after its reader was gone"
[ "$(cat status)" = 0 ] && [ "${frames%,}" = 30 ]
