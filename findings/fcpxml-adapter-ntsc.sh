#!/usr/bin/env bash
# OpenTimelineIO's adapter for Final Cut's XML (otio-fcpx-xml-adapter) takes the whole part of a frame rate. Of a project with
# frames of 1001/30000 s, as Final Cut writes 29.97, it makes a timeline at 29 frames a second, of 1001/24000 s one at 23: a
# clip of 60 frames has 58 or 57, without an error. Written, a timeline at 30000/1001, OpenTimelineIO's own rate for NTSC,
# gets an empty frameDuration, which the adapter itself then refuses; one at 29.97, a rate that no film has, gets the right one.
# So segments of NTSC film go to Final Cut and back in seconds, not in the frames that are read here.
#
#   findings/fcpxml-adapter-ntsc.sh      installs both from PyPI in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install OpenTimelineIO==0.18.1 otio-fcpx-xml-adapter==1.0.0
"$work/venv/bin/python" - <<'END'
import importlib.metadata
import re
import sys

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

print("OpenTimelineIO", otio.__version__, "otio-fcpx-xml-adapter", importlib.metadata.version("otio-fcpx-xml-adapter"))
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def read(frame, length):
    """How many frames, and how many of them a second, the clip of a project has whose frames and length are given."""
    project = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.8"><resources>
<format id="r1" frameDuration="{frame}" width="1920" height="1080"/>
<asset id="r2" name="film" src="file:///film.mov" start="0s" duration="100s" hasVideo="1" format="r1"/>
</resources><library><event name="day"><project name="cut"><sequence format="r1" duration="{length}" tcFormat="NDF"><spine>
<asset-clip name="walk" ref="r2" format="r1" offset="0s" start="0s" duration="{length}"/>
</spine></sequence></project></event></library></fcpxml>"""
    [clip] = otio.adapters.read_from_string(project, "fcpx_xml").find_clips()
    return clip.source_range.duration.value, clip.source_range.duration.rate


def written(rate):
    """The length of a frame in the XML of a timeline at that rate, and whether the adapter reads that."""
    film = otio.schema.ExternalReference("file:///film.mov", TimeRange(RationalTime(0, rate), RationalTime(300, rate)))
    track = otio.schema.Track("V", [otio.schema.Clip("walk", film, TimeRange(RationalTime(0, rate), RationalTime(60, rate)))])
    timeline = otio.schema.Timeline("cut")
    timeline.tracks.append(track)
    xml = otio.adapters.write_to_string(timeline, "fcpx_xml")
    try:
        otio.adapters.read_from_string(xml, "fcpx_xml")
        readable = "read"
    except ValueError:
        readable = "refused"
    return *re.findall('frameDuration="(.*?)"', xml), readable


check("60 frames of 1/25 s, read", read("100/2500s", "12/5s"), (60, 25))
check("60 frames of 1001/30000 s, read", read("1001/30000s", "1001/500s"), (58, 29))
check("60 frames of 1001/24000 s, read", read("1001/24000s", "1001/400s"), (57, 23))
check("25 frames a second, written", written(25), ("1/25s", "read"))
check("30000/1001 frames a second, written", written(30000 / 1001), ("", "refused"))
check("29.97 frames a second, written", written(29.97), ("1001/30000s", "read"))
sys.exit(failures > 0)
END
