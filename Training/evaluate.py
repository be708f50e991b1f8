#!/usr/bin/env python3
"""Tables and confusion matrix, in Markdown, from the program's own CSV of the test videos.

  render.py WORK videos 2400 && render.py WORK videos 200 --seconds 2
  r2p1d-video label --model camera-motion --windows 1 --format csv WORK/test/window-*.mp4 > windows.csv
  r2p1d-video label --model camera-motion --format csv WORK/test/clip-*.mp4 > clips.csv
  evaluate.py WORK/test windows.csv clips.csv
"""
import argparse
import csv
import math
import pathlib

from scenes import CLASSES


def percent(row):
    return float(row["speed"]) * 100


def degrees(row):
    return math.degrees(float(row["speed"]))


def kind(*words):
    return lambda row: row["label"].split()[0] in words


def between(measure, low, high, *words):
    return lambda row: row["label"].split()[0] in words and low <= measure(row) < high


def covered(low, high):
    return lambda row: low <= float(row["covered"]) < high


TARGETS = [
    ("all", 0.96, lambda row: True),
    ("static", 0.96, kind("static")),
    ("pan, tilt at 0.5–5 % a sample", 0.98, between(percent, 0.5, 5, "pan", "tilt")),
    ("zoom at 0.8–3 % a sample", 0.97, between(percent, 0.8, 3, "zoom")),
    ("roll at 0.3–4° a sample", 0.98, between(degrees, 0.3, 4, "roll")),
    ("object over 13–25 % of the picture", 0.92, covered(0.13, 0.25)),
    ("object over 28–42 % of the picture", 0.80, covered(0.28, 0.42)),
    ("scenes with depth", 0.95, lambda row: row["depth"] == "1"),
]
PARTS = [
    ("no object over 13 % or more", covered(0, 0.13)),
    ("… static", lambda row: covered(0, 0.13)(row) and kind("static")(row)),
    ("… pan, tilt at 0.5–5 %", lambda row: covered(0, 0.13)(row) and between(percent, 0.5, 5, "pan", "tilt")(row)),
    ("… zoom at 0.8–3 %", lambda row: covered(0, 0.13)(row) and between(percent, 0.8, 3, "zoom")(row)),
    ("… roll at 0.3–4°", lambda row: covered(0, 0.13)(row) and between(degrees, 0.3, 4, "roll")(row)),
    ("pan, tilt at 0.5–0.8 %", between(percent, 0.5, 0.8, "pan", "tilt")), ("pan, tilt at 0.8–5 %", between(percent, 0.8, 5, "pan", "tilt")), ("pan, tilt at 5–12 %", between(percent, 5, 13, "pan", "tilt")),
    ("zoom at 0.45–0.8 %", between(percent, 0.4, 0.8, "zoom")), ("zoom at 3–4.5 %", between(percent, 3, 5, "zoom")),
    ("roll at 0.2–0.3°", between(degrees, 0.1, 0.3, "roll")), ("roll at 4–5°", between(degrees, 4, 6, "roll")),
    ("no object", covered(0, 0.001)), ("object over 3–13 %", covered(0.001, 0.13)), ("object over 42–50 %", covered(0.42, 1)),
    ("one plane", lambda row: row["depth"] == "0"), ("hand shake of 0.1 % or more", lambda row: float(row["shake"]) >= 0.001),
    ("240 lines", lambda row: row["height"] == "240"), ("720 lines and more", lambda row: int(row["height"]) >= 720),
    ("24 and 25 frames a second", lambda row: 20 < float(row["rate"]) < 26), ("12 and 15 frames a second", lambda row: float(row["rate"]) < 20), ("60 frames a second", lambda row: float(row["rate"]) > 31),
    ("MPEG-4 part 2", lambda row: row["codec"] == "mpeg4"), ("H.264", lambda row: row["codec"] == "libx264"),
]


def read(folder, path):
    """The truths with the program's answer beside each, as (truth, answer) pairs."""
    truths = {}
    for table in folder.glob("truth*.csv"):
        with open(table, newline="") as file:
            truths.update({row["file"]: row for row in csv.DictReader(file)})
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [row["file"] for row in rows if row["status"] != "ok" or pathlib.PurePath(row["file"]).name not in truths]
    if missing:
        raise SystemExit(f"{len(missing)} rows without a label or a truth, the first {missing[0]}")
    return [(truths[pathlib.PurePath(row["file"]).name], row["label_1"]) for row in rows]


def accuracy(pairs, wanted):
    chosen = [truth["label"] == answer for truth, answer in pairs if wanted(truth)]
    return (sum(chosen) / len(chosen) if chosen else math.nan), len(chosen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path), parser.add_argument("windows"), parser.add_argument("clips", nargs="?")
    arguments = parser.parse_args()
    pairs = read(arguments.folder, arguments.windows)
    print("| single windows | accuracy | target | clips |\n| --- | --- | --- | --- |")
    for name, target, wanted in TARGETS:
        share, count = accuracy(pairs, wanted)
        print(f"| {name} | {share:.3f} | {target:.2f} | {count} |")
    if arguments.clips:
        share, count = accuracy(read(arguments.folder, arguments.clips), lambda row: True)
        print(f"| whole clips of 2 s, five windows each | {share:.3f} | 0.98 | {count} |")
    print("\n| and in parts | accuracy | clips |\n| --- | --- | --- |")
    for name, wanted in PARTS:
        share, count = accuracy(pairs, wanted)
        print(f"| {name} | {share:.3f} | {count} |")
    short = ["static", "left", "right", "up", "down", "in", "out", "clockwise", "counter"]
    print("\n| truth ↓, answer → | " + " | ".join(short) + " | recall |\n|" + " --- |" * 11)
    for name in CLASSES:
        row = [sum(1 for truth, answer in pairs if truth["label"] == name and answer == other) for other in CLASSES]
        print(f"| {name} | " + " | ".join(str(n) if n else "·" for n in row) + f" | {row[CLASSES.index(name)] / max(1, sum(row)):.3f} |")


if __name__ == "__main__":
    main()
