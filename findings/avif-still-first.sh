#!/usr/bin/env bash
# An animated AVIF holds its film as a track and its first picture once more, as a still. FFmpeg up to 6.1 shows the track alone;
# from 7.0 on the still is a stream too, the first one, and it too is marked as default. The ffmpeg program takes the first of
# two of one size, as PyAV's decode(video=0) does: what gave 10 frames gives 1, without a warning. av_find_best_stream (PyAV's
# streams.best) takes the track.
# So of an .avif the stream is named (-map 0:1), or chosen by how many frames it has.
#
#   findings/avif-still-first.sh      installs av and imageio-ffmpeg in a folder of its own; uses the ffmpeg on the path, with
#                                     libaom; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -v error -f lavfi -i testsrc2=s=64x64:r=10:d=1 -c:v libaom-av1 -cpu-used 8 film.avif
cat > streams.py <<'END'
import sys

import av

with av.open("film.avif") as container:
    streams = container.streams.video
    frames = [stream.frames for stream in streams]
    best = container.streams.best("video").index if hasattr(container.streams, "best") else None
    print(f"PyAV {av.__version__}, libavformat {av.library_versions['libavformat']}: streams of {frames} frames, best is", best)
    first = sum(1 for _ in container.decode(video=0))
expected = {"12.3.0": ([10], None), "13.1.0": ([1, 10], 1), "18.1.0": ([1, 10], 1)}[av.__version__]
sys.exit((frames, best) != expected or first != frames[0])
END
python3 -m venv venv
for version in 12.3.0 13.1.0 18.1.0; do
  venv/bin/pip --quiet --disable-pip-version-check install --only-binary :all: "av==$version"
  venv/bin/python streams.py
done

venv/bin/pip --quiet --disable-pip-version-check install imageio-ffmpeg==0.8.1
new=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
# frames OPTIONS: how many frames that program takes of the film
frames() { "$new" -v error -i film.avif "$@" -f framemd5 - | grep -vc '^#'; }
"$new" -version | sed -n 1p
echo "takes $(frames) frames, with -map 0:1 $(frames -map 0:1)"
[ "$(frames)" = 1 ] && [ "$(frames -map 0:1)" = 10 ]
