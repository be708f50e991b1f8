"""Reads files of `timeline` back with the libraries of the tools that they are for.

usage: read.py FORMAT RATE FILE... with the libraries of .ci/format-readers.txt
Prints a list with an object a file: `segments`, each a label, a start and an end in the format's own unit, and what
else the library says of the file. Exits non-zero where it refuses one.
"""
import csv
import json
import re
import sys


def otio(path, rate):
    import opentimelineio
    timeline = opentimelineio.adapters.read_from_file(path)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    children = [child for track in timeline.tracks for child in track]
    clips = [child for child in children if isinstance(child, opentimelineio.schema.Clip)]
    return {
        "segments": [
            [clip.name, clip.source_range.start_time.to_frames(), clip.source_range.end_time_exclusive().to_frames()]
            for clip in clips
        ],
        "markers": [[marker.name, marker.metadata["r2p1d"]["score"]] for clip in clips for marker in clip.markers],
        "markedRangesAreThoseOfClips": all(
            marker.marked_range == clip.source_range for clip in clips for marker in clip.markers),
        "others": len(children) - len(clips),
        "isWrittenTheSame": json.loads(timeline.to_json_string()) == json.loads(text),
        "media": sorted({
            (clip.media_reference.target_url, clip.available_range().start_time.to_frames(),
             clip.available_range().duration.to_frames()) for clip in clips}),
        "seconds": [clip.source_range.start_time.to_seconds() for clip in clips],
    }


def resolve_edl(path, rate):
    import opentimelineio
    timeline = opentimelineio.adapters.read_from_file(path, adapter_name="cmx_3600", rate=rate)
    isDropFrame = "FCM: DROP FRAME" in open(path, encoding="utf-8").read()
    zero = opentimelineio.opentime.from_timecode("01:00:00;00" if isDropFrame else "01:00:00:00", rate)
    segments = []
    for clip in timeline.find_clips():
        comments = clip.metadata["cmx_3600"]["comments"]
        assert len(comments) == 1, comments
        found = re.fullmatch(r"score ([0-9.]+) \|C:ResolveColorBlue \|M:(.*) \|D:([0-9]+)", comments[0])
        start = (clip.source_range.start_time - zero).to_frames()
        assert clip.source_range.duration.to_frames() == 1, clip
        segments.append([found[2], start, start + int(found[3])])
    return {"segments": segments}


def eaf(path, rate):
    import pympi
    document = pympi.Eaf(path)
    names = list(document.get_tier_names())
    annotations = [found for name in names for found in document.get_annotation_data_for_tier(name)]
    return {
        "segments": sorted(([label, start, end] for start, end, label in annotations), key=lambda found: found[1]),
        "tiers": names,
        "media": [media["MEDIA_URL"] for media in document.media_descriptors],
    }


def label_studio(path, rate):
    from label_studio_sdk.label_interface import LabelInterface
    with open(path, encoding="utf-8") as file:
        tasks = json.load(file)
    with open(path + ".xml", encoding="utf-8") as file:
        interface = LabelInterface(file.read())
    (task,) = tasks
    (prediction,) = task["predictions"]
    errors = interface.validate_prediction(prediction, return_errors=True)
    assert not errors, errors
    (video,) = interface.objects
    return {
        "segments": [
            [region["value"]["timelinelabels"][0], found["start"] - 1, found["end"]]
            for region in prediction["result"] for found in region["value"]["ranges"]
        ],
        "frameRate": float(video.attr["frameRate"]),
        "fps": task["data"]["fps"],
        "ids": len({region["id"] for region in prediction["result"]}),
    }


def activitynet(path, rate):
    # As ActivityNet's eval_detection.py imports predictions.
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    assert all(field in data for field in ("results", "version", "external_data")), list(data)
    ((name, results),) = data["results"].items()
    assert all(type(time) is float for result in results for time in result["segment"])
    return {
        "segments": [[r["label"], float(r["segment"][0]), float(r["segment"][1])] for r in results],
        "scores": [float(r["score"]) for r in results],
        "name": name,
    }


def fiftyone(path, rate):
    # As FiftyOneTemporalDetectionDatasetImporter parses labels.
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    ((name, found),) = data["labels"].items()
    return {
        "segments": [[data["classes"][one["label"]], *one["timestamps"]] for one in found],
        "scores": [one["confidence"] for one in found],
        "name": name,
    }


def losslesscut(path, rate):
    # As LosslessCut's parseCsv and parseCsvTime do it.
    def seconds(text):
        hour, minute, second, fraction = re.match(
            r"^\D*(?:(?:(\d+):)?(\d{1,2}):)?(\d+)(?:\.(\d{1,3}))?:?", text, re.ASCII).groups()
        return (int(hour or 0) * 60 + int(minute or 0)) * 60 + float(f"{second}.{fraction or 0}")

    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    assert rows[0][:3] == ["Start", "End", "Name"], rows[0]
    return {
        "segments": [[row[2], round(1000 * seconds(row[0])), round(1000 * seconds(row[1]))] for row in rows[1:]],
        "tags": [dict(zip(rows[0][3:], row[3:])) for row in rows[1:]],
    }


READERS = {
    "otio": otio, "resolve-edl": resolve_edl, "eaf": eaf, "label-studio": label_studio, "activitynet": activitynet,
    "fiftyone": fiftyone, "losslesscut": losslesscut,
}

if __name__ == "__main__":
    numerator, denominator = sys.argv[2].split("/")
    rate = int(numerator) / int(denominator)
    print(json.dumps([READERS[sys.argv[1]](path, rate) for path in sys.argv[3:]]))
