#!/usr/bin/env bash
# OpenTimelineIO counts the frames of media from their timecode: of a recording that begins at 10:00:00:00, at 25 frames a second, the
# clip from second 1 to 3 has a source_range from 900025. Its adapters do not agree what that is in other formats. The EDL has
# 10:00:01:00, as it should. Final Cut Pro 7's XML has the clip right, <in>25 of a file whose <timecode> is 900000, but its marker, in the
# same <clipitem>, at <in>900025, ten hours behind; and reads a marker at <in>25 to be ten hours ahead of the clip. What it
# wrote itself it reads back without a difference, so that a round trip shows nothing. MLT's XML, which melt plays, asks for
# frame 900025 of a file that has 250. Nothing warns.
# So labels of a camera's film go through these adapters as clips, not as markers, and to melt with the timecode taken off first.
#
#   findings/otio-timecode-adapters.sh      installs them from PyPI in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install OpenTimelineIO==0.18.1 otio-fcp-adapter==1.0.0 otio-cmx3600-adapter==1.0.0 \
  otio-mlt-adapter==0.3.0
venv/bin/python - <<'END'
import importlib.metadata
import re
import sys

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

packages = ["OpenTimelineIO", "otio-fcp-adapter", "otio-cmx3600-adapter", "otio-mlt-adapter"]
print(*(f"{name} {importlib.metadata.version(name)}" for name in packages))
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def span(start, length):
    return TimeRange(RationalTime(start, 25), RationalTime(length, 25))


def written(name, first):
    """The text of a timeline of one clip, with a marker as long, of a recording whose timecode begins at `first`."""
    film = otio.schema.ExternalReference(target_url="file:///film.mov", available_range=span(first, 250))
    clip = otio.schema.Clip("pour", film, span(first + 25, 50))
    clip.markers.append(otio.schema.Marker("pour", span(first + 25, 50)))
    timeline = otio.schema.Timeline("film")
    timeline.tracks.append(otio.schema.Track("V1", [clip], kind=otio.schema.TrackKind.Video))
    otio.adapters.write_to_file(timeline, name)
    with open(name) as file:
        return file.read()


def number(text, pattern):
    return float(re.search(pattern, text, re.S).group(1))


def read(name):
    [clip] = otio.adapters.read_from_file(name).find_clips()
    return [clip.source_range.start_time.value, clip.markers[0].marked_range.start_time.value]


hours = 10 * 3600 * 25
for first in [0, hours]:
    text = written("film.edl", first)
    check(f"timecode {first}, EDL, source", re.search(r" V +C +(\S+)", text).group(1), "10:00:01:00" if first else "00:00:01:00")
    text = written("film.xml", first)
    check(f"timecode {first}, Final Cut, in of the clip", number(text, r"</duration>\s*<start>0</start>.*?<in>(\d+)</in>"), 25)
    check(f"timecode {first}, Final Cut, in of its marker", number(text, r"<marker>.*?<in>(\d+)</in>"), first + 25)
    check(f"timecode {first}, Final Cut, clip and marker read back", read("film.xml"), [first + 25, first + 25])
    with open("moved.xml", "w") as file:
        file.write(text.replace(f"<in>{first + 25}</in>", "<in>25</in>").replace(f"<out>{first + 75}</out>", "<out>75</out>"))
    check(f"timecode {first}, Final Cut, clip and marker, both at <in>25", read("moved.xml"), [first + 25, 25])
    text = written("film.mlt", first)
    check(f"timecode {first}, MLT, first frame of the film", number(text, r'<entry in="([\d.]+)" out="[\d.]+" producer="pour"'), first + 25)
sys.exit(failures > 0)
END
