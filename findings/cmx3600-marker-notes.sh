#!/usr/bin/env bash
# OpenTimelineIO's reader of EDLs (otio-cmx3600-adapter) takes every line that begins with a digit for an event. DaVinci
# Resolve's "Timeline Markers to EDL" puts a marker's note, as it was typed, at the start of the line behind the event: a note
# such as "2 people" makes the reader refuse the whole file, and one that begins with the event's own number is taken for a
# transition of it.
# So the notes of an EDL that others are to read begin with a letter.
#
#   findings/cmx3600-marker-notes.sh      installs both from PyPI in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install OpenTimelineIO==0.18.1 otio-cmx3600-adapter==1.0.0
cd "$work"
venv/bin/python - <<'END'
import importlib.metadata
import sys

import opentimelineio

print("OpenTimelineIO", opentimelineio.__version__, "otio-cmx3600-adapter",
      importlib.metadata.version("otio-cmx3600-adapter"))
failures = 0


def check(what, found, expected):
    global failures
    print(f"{'as described' if found == expected else 'OTHERWISE   '}  {what}: {found}")
    failures += found != expected


def read(note):
    """How many events are read, and what stands behind the first; or the error's class."""
    text = f"""TITLE: markers
FCM: NON-DROP FRAME

001  001      V     C        01:00:00:00 01:00:00:01 01:00:00:00 01:00:00:01
{note} |C:ResolveColorBlue |M:first |D:10

002  001      V     C        01:00:05:00 01:00:05:01 01:00:05:00 01:00:05:01
 |C:ResolveColorBlue |M:second |D:10

"""
    try:
        clips = opentimelineio.adapters.read_from_string(text, "cmx_3600", rate=25).find_clips()
    except Exception as error:
        return type(error).__name__
    return len(clips), clips[0].metadata["cmx_3600"]["comments"][0].split(" |")[0]


check("a note that begins with a letter", read("two people"), (2, "two people"))
check("one that begins with a digit", read("2 people"), "EDLParseError")
check("one that is a number", read("0.93"), "EDLParseError")
check("one that begins with the event's number", read("1st take"), "EDLParseError")
sys.exit(failures > 0)
END
