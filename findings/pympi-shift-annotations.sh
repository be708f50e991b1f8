#!/usr/bin/env bash
# pympi's Eaf.shift_annotations(ms), which moves ELAN's annotations where a film was cut or its clock is off, adds ms once for
# each annotation, not once for each time slot. Annotations may share slots, and those of a tier that divides another one
# (Time_Subdivision) do, with it and with their neighbours: all of their edges move twice as far, to either side. A shift to the
# left is wrong without shared slots, too: an annotation across the new zero keeps its old end ("squashed", says the help) and
# then overlaps the next one, which to_textgrid() leaves out. No error, no warning.
# So ELAN's files are shifted by their TIME_VALUEs, each once.
#
#   findings/pympi-shift-annotations.sh      installs pympi-ling from PyPI in a folder of its own; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install pympi-ling==1.71
cd "$work"
cat > film.eaf <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+00:00" FORMAT="2.8" VERSION="2.8"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv2.8.xsd">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>
<TIME_ORDER>
  <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="4000"/>
  <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="5000"/>
  <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="6000"/>
  <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="7000"/>
</TIME_ORDER>
<TIER LINGUISTIC_TYPE_REF="free" TIER_ID="scene">
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts4">
    <ANNOTATION_VALUE>kitchen</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<TIER LINGUISTIC_TYPE_REF="parts" PARENT_REF="scene" TIER_ID="action">
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
    <ANNOTATION_VALUE>cut</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
    <ANNOTATION_VALUE>stir</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a4" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
    <ANNOTATION_VALUE>fry</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="free" TIME_ALIGNABLE="true"/>
<LINGUISTIC_TYPE CONSTRAINTS="Time_Subdivision" GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="parts" TIME_ALIGNABLE="true"/>
<CONSTRAINT DESCRIPTION="Time subdivision of parent annotation's time interval, no time gaps allowed within this interval"
  STEREOTYPE="Time_Subdivision"/>
</ANNOTATION_DOCUMENT>
XML
venv/bin/python - <<'END'
import importlib.metadata
import sys

import pympi

print("pympi-ling", importlib.metadata.version("pympi-ling"))
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def annotations(document, tier):
    return sorted(document.get_annotation_data_for_tier(tier))


document = pympi.Eaf("film.eaf")
check("scene, as read", annotations(document, "scene"), [(4000, 7000, "kitchen")])
check("action, as read", annotations(document, "action"), [(4000, 5000, "cut"), (5000, 6000, "stir"), (6000, 7000, "fry")])
document.shift_annotations(100)
check("scene, shifted by 100", annotations(document, "scene"), [(4200, 7200, "kitchen")])
check("action, shifted by 100", annotations(document, "action"), [(4200, 5200, "cut"), (5200, 6200, "stir"), (6200, 7200, "fry")])

document = pympi.Eaf()
document.add_tier("shots")
for start, end, name in [(0, 1000, "one"), (1000, 2000, "two"), (2000, 3000, "three")]:
    document.add_annotation("shots", start, end, name)
document.shift_annotations(-400)
check("shots of 1 s, shifted by -400", annotations(document, "shots"), [(0, 1000, "one"), (600, 1600, "two"), (1600, 2600, "three")])
[tier] = [tier for tier in document.to_textgrid().get_tiers() if tier.name == "shots"]
check("these as a TextGrid", sorted(tier.intervals), [(0.0, 1.0, "one"), (1.6, 2.6, "three")])
sys.exit(failures > 0)
END
