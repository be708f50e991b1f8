#!/usr/bin/env bash
# FiftyOne turns times into frame numbers (TemporalDetection.from_timestamps, by which it imports ActivityNet and its own
# temporal detections) and back (to_timestamps, exports, clips) by two functions of its library ETA. These lay frame 1 at 0 and
# the last frame at the end of the film, not one frame before it: the frames of the second half do not get their own number from
# their own time, but that of the frame before. At 30 a second it is a frame, at 1 a second a second: of 10 frames, one a
# second, 5 to 7 s (frames 6 and 7) become frames 5 to 7, and these, read back, 4.44 to 6.67 s.
# So FiftyOne is given frame numbers ("support") where they matter, and asked for them, not for times.
#
#   findings/fiftyone-timestamps.sh      installs ETA and FiftyOne's own files in a folder of its own, without a database; fails
#                                        if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install --no-deps voxel51-eta==0.17.0 fiftyone==1.22.1 numpy==2.4.6 \
  dill==0.4.1 jsonlines==4.0.0 attrs==26.1.0 python-dateutil==2.9.0.post0 six==1.17.0 glob2==0.7 packaging==26.4 pytz==2026.6 \
  rarfile==4.5 py7zr==1.1.4 texttable==1.7.2 pycryptodomex==3.24.2 brotli==1.2.1 psutil==7.2.2 pyppmd==1.3.1 pybcj==1.0.8 \
  multivolumefile==0.2.3 inflate64==1.0.4 backports.zstd==1.8.0
cd "$work"
venv/bin/python - <<'END'
import importlib.metadata
import pathlib
import sys

from eta.core.frameutils import frame_number_to_timestamp, timestamp_to_frame_number

print("voxel51-eta", importlib.metadata.version("voxel51-eta"), "fiftyone", importlib.metadata.version("fiftyone"))
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


[labels] = [path for path in importlib.metadata.files("fiftyone") if path.as_posix() == "fiftyone/core/labels.py"]
source = pathlib.Path(labels.locate()).read_text()
methods = source[source.index("def from_timestamps"):]
calls = [methods.count(name + "(") for name in ("etaf.timestamp_to_frame_number", "etaf.frame_number_to_timestamp")]
check("calls of the two in fiftyone/core/labels.py", calls, [2, 2])

differences = [timestamp_to_frame_number(index / 30, 10, 300) - (index + 1) for index in range(300)]  # 10 s, 300 frames
check("300 frames of 10 s, how many get their own number", differences.count(0), 151)
check("how many get that of the frame before", differences.count(-1), 149)
check("the first of these by index", differences.index(-1), 151)

check("10 frames of 10 s, frames of 5 s and 7 s", [timestamp_to_frame_number(time, 10, 10) for time in (5, 7)], [5, 7])
check("10 frames of 10 s, times of frames 5 and 7", [round(frame_number_to_timestamp(number, 10, 10), 2) for number in (5, 7)],
      [4.44, 6.67])
check("10 frames of 10 s, time of frame 10", frame_number_to_timestamp(10, 10, 10), 10)
sys.exit(failures > 0)
END
