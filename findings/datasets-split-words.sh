#!/usr/bin/env bash
# Hugging Face's datasets makes splits of the words train, training, validation, valid, val, dev, test,
# testing, eval and evaluation in the names of files and folders, as its help says. What one would not think:
# as soon as one name has such a word, all files without one are left out, without a warning. Of a folder for
# each class of Kinetics, load_dataset("videofolder", data_dir=…) reads the 3 films of "training dog" as the
# split "train", and no other; what was to have 9 rows and 3 classes has 3 and no labels, since one folder
# alone makes none. X tables
# of three scans the one called scan-eval.csv. "trains.mp4" does nothing: a word ends at a blank, a point,
# "-", "_" or a digit. The patterns are tried in turn, by folder, by file, then all files; the first that
# finds anything is taken for all.
# So files are named, data_files={"train": "films/**"}, and the rows are counted.
#
#   findings/datasets-split-words.sh      installs it in a folder of its own, and asks no hub; uses the ffmpeg
#                                         on the path; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install datasets==5.2.0
ffmpeg -v error -f lavfi -i testsrc2=s=32x32:d=0.2 -c:v mpeg4 film.mp4
HF_HOME="$work/cache" HF_HUB_OFFLINE=1 venv/bin/python - 2>log <<'END' || { cat log; exit 1; }
import os
import shutil
import sys
import warnings

import datasets

print("datasets", datasets.__version__)
datasets.disable_progress_bars()
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def loaded(kind, **where):
    """The splits that are made of these files: how many rows each has, and its classes."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        splits = datasets.load_dataset(kind, **where)
    return {
        name: (len(rows), rows.features["label"].names if "label" in rows.features else None)
        for name, rows in splits.items()
    }


def films(*names):
    shutil.rmtree("films", ignore_errors=True)
    for name in names:
        os.makedirs(os.path.dirname(f"films/{name}"), exist_ok=True)
        shutil.copy("film.mp4", f"films/{name}")


def classes(*names):
    films(*(f"{name}/{number}.mp4" for name in names for number in "123"))
    return list(names)


three = classes("feeding fish", "walking the dog", "yoga")
check("three classes", loaded("videofolder", data_dir="films"), {"train": (9, three)})
three = classes("feeding fish", "training dog", "yoga")
check("one of them is 'training dog'", loaded("videofolder", data_dir="films"), {"train": (3, None)})
named = loaded("videofolder", data_files={"train": "films/**"})
check("the same, its files named", named, {"train": (9, three)})
films("bus/1.mp4", "bus/2.mp4", "rail/trains.mp4", "rail/2.mp4")
check("a film 'trains.mp4'", loaded("videofolder", data_dir="films"), {"train": (4, ["bus", "rail"])})
films("bus/1.mp4", "bus/2.mp4", "rail/train 7 arrives.mp4", "rail/2.mp4")
check("a film 'train 7 arrives.mp4'", loaded("videofolder", data_dir="films"), {"train": (1, None)})
tables = {"days": ["scan-mon", "scan-tue", "scan-wed"], "mixed": ["scan-mon", "scan-tue", "scan-eval"]}
for folder, names in tables.items():
    os.mkdir(folder)
    for name in names:
        with open(f"{folder}/{name}.csv", "w") as table:
            table.write("file,topic\na.mp4,yoga\nb.mp4,yoga\n")
    splits = {"train": (6, None)} if folder == "days" else {"test": (2, None)}
    check(f"tables {', '.join(names)}", loaded("csv", data_dir=folder), splits)
sys.stderr.flush()
check("what it warned of", open("log").read(), "")
sys.exit(failures > 0)
END
