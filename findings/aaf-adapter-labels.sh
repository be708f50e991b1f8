#!/usr/bin/env bash
# OpenTimelineIO's adapter for AAF, the way of a timeline to Avid, loses what labels say, without a word. Its table of features says
# that it writes markers: it writes none, of a clip, a track or a timeline. And clips of one film (of one mob ID, by which AAF knows
# it) all take the name of the first, since the name is kept once for the film: "open", "pour", "close" come back as "open",
# three times. use_empty_mob_ids=True keeps the names where clips carry no ID, but then there is a film of its own for each.
# Times are right in all of them. The library's own format keeps both.
# So labels go to Avid beside the AAF, as an EDL or as its own list of markers.
#
#   findings/aaf-adapter-labels.sh      installs both from PyPI in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install OpenTimelineIO==0.18.1 otio-aaf-adapter==2.0.0 pyaaf2==1.7.1
venv/bin/python - <<'END'
import importlib.metadata
import sys

import aaf2
import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

print(*(f"{name} {importlib.metadata.version(name)}" for name in ["OpenTimelineIO", "otio-aaf-adapter", "pyaaf2"]))
features = importlib.metadata.metadata("otio-aaf-adapter").get_payload().splitlines()
print(*(line for line in features if "Feature  " in line or "Markers" in line), sep="\n")
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def span(start, length):
    return TimeRange(RationalTime(start, 25), RationalTime(length, 25))


def labels(identity):
    """Three segments of a film, with markers, as a timeline."""
    timeline, track = otio.schema.Timeline("labels"), otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    timeline.tracks.append(track)
    for name, start, length in [("open", 0, 100), ("pour", 100, 50), ("close", 400, 75)]:
        film = otio.schema.ExternalReference(target_url="file:///film.mov", available_range=span(0, 1000))
        clip = otio.schema.Clip(name, film, span(start, length), metadata={"AAF": {"SourceID": identity}} if identity else {})
        clip.markers.append(otio.schema.Marker(name, span(start, length)))
        track.append(clip)
    track.markers.append(otio.schema.Marker("on the track", span(10, 1)))
    timeline.tracks.markers.append(otio.schema.Marker("on the timeline", span(20, 1)))
    return timeline


def back(name, timeline, **options):
    otio.adapters.write_to_file(timeline, name, **options)
    read = otio.adapters.read_from_file(name)
    clips = [(clip.name, clip.source_range.start_time.value, clip.source_range.duration.value) for clip in read.find_clips()]
    items = [*read.find_clips(), *read.tracks, read.tracks]
    return clips, [marker.name for item in items for marker in item.markers]


def films(name):
    with aaf2.open(name) as file:
        return [mob.name for mob in file.content.mastermobs()]


def slots_of_markers(name):
    with aaf2.open(name) as file:
        return [slot for mob in file.content.mobs for slot in mob.slots if isinstance(slot, aaf2.mobslots.EventMobSlot)]


of_one = labels("urn:smpte:umid:060a2b34.01010101.01010f00.13000000.060e2b34.7f7f2a80.5f5b4a4e.11112222")
clips, markers = back("one.otio", of_one)
check("otio, clips", clips, [("open", 0, 100), ("pour", 100, 50), ("close", 400, 75)])
check("otio, markers", markers, ["open", "pour", "close", "on the track", "on the timeline"])
clips, markers = back("one.aaf", of_one)
check("AAF, clips", clips, [("open", 0, 100), ("open", 100, 50), ("open", 400, 75)])
check("AAF, markers", markers, [])
check("AAF, markers in the file", slots_of_markers("one.aaf"), [])
check("AAF, films", films("one.aaf"), ["open"])
clips, markers = back("each.aaf", labels(None), use_empty_mob_ids=True)
check("AAF, use_empty_mob_ids, clips", clips, [("open", 0, 100), ("pour", 100, 50), ("close", 400, 75)])
check("AAF, use_empty_mob_ids, markers", markers, [])
check("AAF, use_empty_mob_ids, films", films("each.aaf"), ["open", "pour", "close"])
sys.exit(failures > 0)
END
