#!/usr/bin/env python3
"""Compares all that two builds write, byte for byte: a change that only moves code has to pass.

  Benchmarks/same-outputs.py BEFORE AFTER [VIDEO_OR_FOLDER …] [--models MODEL …] [--commands NAME …]
                             [--ignore KEY …] [--jobs N] [--threads N] [--quick]

Runs label, timeline, embed, windows, scan and models of both programs over SampleVideos, ../shared/videos where it lies
beside the checkout, and whatever else is named, in many formats and samplings. Compares standard output, standard error,
exit status and the files written. Prints a line for each run that differs and where it first does; exit status 0 where
none does.

--ignore KEY leaves a key of JSON objects out of the comparison, for keys that a change renames (give both names) or whose
value it has to change, such as `tool`. --quick runs one model and each command's plainest options.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = ["camera-motion", "random:r2plus1d_18:1"]
KINDS = (".mp4", ".mov", ".mkv", ".avi", ".gif", ".webm", ".webp", ".ts", ".flv", ".h263", ".h264", ".jpg", ".heic", ".ogv",
         ".mpg", ".wmv", ".3gp", ".m4v", ".mxf", ".png")

# Each: the command's words, and the file that it writes, if any. They run in a folder of their own.
ONE_VIDEO = [
    ("label", [], None),
    ("label", ["--format", "json", "--logits"], None),
    ("label", ["--format", "json", "--stride", "4", "--logits"], None),
    ("label", ["--format", "csv", "--windows", "1", "--merge", "max"], None),
    ("label", ["--format", "json", "--windows", "9", "--resize", "squash", "--frames", "8", "--merge", "logits"], None),
    ("label", ["--format", "jsonl", "--frames", "32", "--fps", "source"], None),
    ("label", ["--format", "json", "--stride", "7", "--fps", "source", "--frames", "16", "--top", "3"], None),
    ("label", ["--format", "json", "--stride", "40", "--fps", "29.97", "--frames", "8", "--no-seek"], None),
    ("label", ["--format", "json", "--start", "0.5", "--end", "1.75", "--logits"], None),
    ("label", ["--format", "json", "--stride", "100", "--start", "1", "--frames", "8", "--logits"], None),
    ("label", ["--format", "json", "--threads", "1", "--stride", "8", "--logits"], None),
    ("timeline", [], None),
    ("timeline", ["--format", "csv", "--all-scores"], None),
    ("timeline", ["--format", "csv", "--segments", "--smooth", "0"], None),
    ("timeline", ["--format", "json", "--logits", "--segments"], None),
    ("timeline", ["--format", "jsonl", "--stride", "3", "--fps", "source"], None),
    ("timeline", ["--format", "jsonl", "--stride", "64", "--frames", "8"], "t.jsonl"),
    ("timeline", ["--format", "vtt"], "t.vtt"),
    ("timeline", ["--format", "srt"], None),
    ("timeline", ["--format", "html"], "t.html"),
    ("embed", [], "e.npy"),
    ("embed", ["--stride", "8"], "e.csv"),
    ("windows", ["--frames", "8"], "w.npy"),
    ("windows", ["--stride", "5", "--frames", "8", "--fps", "12.5"], "w.npy"),
    ("windows", ["--windows", "200", "--frames", "8"], "w.npy"),
]
QUICK = {0, 1, 2, 11, 12, 19, 20, 22, 23}
# Over all videos of a folder at once.
MANY = [
    ("scan", ["--format", "csv"], "s.csv"),
    ("scan", ["--format", "jsonl", "--stride", "8", "--logits"], "s.jsonl"),
    ("scan", ["--format", "jsonl", "--windows", "3", "--frames", "8", "--fps", "source", "--start", "0.25", "--end", "2",
              "--resize", "squash"], "s.jsonl"),
]


def videos(places):
    for place in places:
        if os.path.isdir(place):
            yield from sorted(os.path.join(place, n) for n in os.listdir(place) if n.lower().endswith(KINDS))
        else:
            yield place


def cases(a):
    files = list(videos(a.places))
    for model in a.models[:1] if a.quick else a.models:
        for number, (command, words, output) in enumerate(ONE_VIDEO):
            if a.quick and number not in QUICK:
                continue
            for video in files:
                yield command, [command, video, "--model", model, *words], output
        for command, words, output in MANY[:1] if a.quick else MANY:
            for place in a.places:
                yield command, [command, place, "--all", "--model", model, *words], output
    for model in ["camera-motion", "r2plus1d_18", *a.models]:
        yield "models", ["models", "info", model], None
    yield "models", ["models", "list"], None


def without(value, keys):
    if isinstance(value, dict):
        return {k: without(v, keys) for k, v in value.items() if k not in keys}
    return [without(v, keys) for v in value] if isinstance(value, list) else value


def stripped(data, keys):
    """JSON, or lines of it, without these keys; anything else as it is."""
    if not keys:
        return data
    for parts in ([data], data.splitlines()):
        try:
            return json.dumps([without(json.loads(p), keys) for p in parts]).encode()
        except ValueError:
            pass
    return data


def run(program, words, output, keys):
    with tempfile.TemporaryDirectory() as folder:
        if output:
            words = [*words, "--output", output]
        done = subprocess.run([program, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True)
        results = {"status": str(done.returncode).encode(), "stdout": done.stdout, "stderr": done.stderr}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                results[name] = file.read()
    return {name: stripped(data, keys) for name, data in results.items()}


def difference(before, after):
    for name in sorted(before.keys() | after.keys()):
        b, a = before.get(name), after.get(name)
        if b is None or a is None:
            return f"{name} only {'after' if b is None else 'before'}"
        if b != a:
            at = next((i for i, (x, y) in enumerate(zip(b, a)) if x != y), min(len(b), len(a)))
            return f"{name} at byte {at}: {b[max(at - 30, 0):at + 50]!r} is now {a[max(at - 30, 0):at + 50]!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("places", nargs="*")
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--commands", nargs="+")
    parser.add_argument("--ignore", nargs="+", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--threads", help="of each run; with 1, what FFmpeg makes up for damaged parts is always the same")
    parser.add_argument("--quick", action="store_true")
    a = parser.parse_args()
    standard = [os.path.join(HERE, "..", "SampleVideos"), os.path.join(HERE, "..", "..", "shared", "videos")]
    a.places = [os.path.realpath(p) for p in standard + a.places if os.path.exists(p)]
    for program in (a.before, a.after):
        if not shutil.which(program):
            parser.error(f"{program}: no such program")
    a.before, a.after = (os.path.realpath(shutil.which(p)) for p in (a.before, a.after))

    def compare(case):
        """The words, where the two differ, and whether the first program differs from itself as well: what FFmpeg makes
        up for damaged parts depends on which of its threads was ahead."""
        command, words, output = case
        if a.threads and command != "models":
            words = [*words, "--threads", a.threads]
        before, after = (run(p, words, output, a.ignore) for p in (a.before, a.after))
        found = difference(before, after)
        again = [run(a.before, words, output, a.ignore) for _ in range(4 if found else 0)]
        return words, found, any(difference(before, more) for more in again)

    wanted = [c for c in cases(a) if not a.commands or c[0] in a.commands]
    different = unsteady = 0
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        for words, found, is_unsteady in pool.map(compare, wanted):
            if found:
                unsteady += is_unsteady
                different += not is_unsteady
                print("unsteady before:" if is_unsteady else "differs:", " ".join(words), "--", found, flush=True)
    same = len(wanted) - different - unsteady
    print(f"{same} the same, {different} different, {unsteady} where BEFORE differs from itself")
    return different != 0 or not wanted


if __name__ == "__main__":
    sys.exit(main())
