#!/usr/bin/env bash
# The GIF demuxer's option `min_delay` ("minimum valid delay between frames", default 2) does nothing from FFmpeg 6.1 on:
# frames of 1/100 s keep it, whatever the option says. FFmpeg 5.1 shows them for `default_delay`, 1/10 s, as browsers do.
# Needs the ffmpeg program, and Python 3 with pip; prints what each version says, and ends with status 1 where that is
# something else by now.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=64x48:r=100:d=0.1 short.gif
cat >delays.py <<'PYTHON'
import sys
import av

for options in {}, {"min_delay": "2"}, {"min_delay": "50"}:
    with av.open("short.gif", options=options) as container:
        stream = container.streams.video[0]
        times = [packet.pts for packet in container.demux(stream) if packet.size]
    print(f"PyAV {av.__version__}, libavformat {av.library_versions['libavformat']}: {options}: times {times} of 1/100 s")
    if times != list(range(10)):
        sys.exit("the option is heeded")
PYTHON
for version in 12.3.0 13.1.0 18.1.0; do
  python3 -m venv "v$version"
  "v$version/bin/pip" install --quiet --only-binary :all: "av==$version"
  "v$version/bin/python" delays.py
done
