#!/usr/bin/env bash
# The library timecode, with which EDLs and subtitles are made, does not count a second of NTSC film as a second. Drop-frame
# timecode is made to keep to the clock, but Timecode("29.97", start_seconds=3600) is 01:00:03;17, not 01:00:00;00, and so at 59.94.
# The way back is right to a frame (to_realtime() of 01:00:00;00 is 3600.03), so that a time does not come back: each turn adds
# 3.6 s an hour. .float is a third clock, 3596.43. At 23.976, without drop frames, 3600 s are 00:59:59:23, which is shown 3.6 s later.
# At any rate start_seconds is cut off to whole frames, less one: at 25, 2 s are 00:00:01:24 and 4.6 s 00:00:04:13, not 04:15;
# to_realtime() of 00:00:02:00 is 2.04, when that frame ends.
# So times become frame numbers first, round(seconds * 30000 / 1001), and these timecode: Timecode(rate, frames=number + 1).
#
#   findings/timecode-ntsc-seconds.sh      installs timecode in a folder of its own; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install timecode==1.5.1
venv/bin/python - <<'END'
import importlib.metadata
import sys
from fractions import Fraction

from timecode import Timecode

print("timecode", importlib.metadata.version("timecode"))
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


for rate, seconds, expected, right in [
    ("29.97", 3600, "01:00:03;17", "01:00:00;00"),
    ("59.94", 3600, "01:00:03;35", "01:00:00;00"),
    ("23.976", 3600, "00:59:59:23", "00:59:56:10"),
    ("29.97", 60, "00:00:59;29", "00:00:59;28"),
    ("25", 2, "00:00:01:24", "00:00:02:00"),
    ("25", 4.6, "00:00:04:13", "00:00:04:15"),
]:
    check(f"{rate}, start_seconds={seconds}", str(Timecode(rate, start_seconds=seconds)), expected)
    exact = Fraction(round(float(rate)) * 1000, 1001) if "." in rate else Fraction(rate)
    number = round(Fraction(str(seconds)) * exact)
    check(f"{rate}, frame {number}", str(Timecode(rate, frames=number + 1)), right)

hour = Timecode("29.97", "01:00:00;00")
check("29.97, 01:00:00;00, its frame", hour.frame_number, 107892)  # shown at 107892 * 1001 / 30000 s = 3599.996
check("29.97, 01:00:00;00, to_realtime", round(hour.to_realtime(True), 2), 3600.03)
check("29.97, 01:00:00;00, to_systemtime", round(hour.to_systemtime(True), 2), 3600.03)
check("29.97, 01:00:00;00, float", round(hour.float, 2), 3596.43)
there_and_back = hour
for turn in ["01:00:03;17", "01:00:07;05"]:
    there_and_back = Timecode("29.97", start_seconds=there_and_back.to_realtime(True))
    check("29.97, from its own to_realtime", str(there_and_back), turn)
check("25, 00:00:02:00, to_realtime", round(Timecode("25", "00:00:02:00").to_realtime(True), 6), 2.04)
sys.exit(failures > 0)
END
