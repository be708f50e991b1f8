#!/usr/bin/env bash
# polars.read_ndjson takes the columns from the first 100 lines. Where a later line does not fit, it mostly raises an error; but
#   - a key that comes first behind them is dropped: a file of 100 films and one that failed has no column "error",
#   - where a list of names or numbers was empty in all of them, what later lists hold becomes null,
# both without a word. pyarrow reads the same file whole, and so does polars with infer_schema_length=None.
# So a table as JSON lines is read with that, or all of its keys, with values, stand in the first line.
#
#   findings/polars-ndjson-late.sh      installs polars from PyPI in a folder of its own; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install polars==2.1.0 pyarrow==26.0.1
cd "$work"
venv/bin/python - <<'END'
import json
import sys

import polars
import pyarrow.json

print("polars", polars.__version__, "pyarrow", pyarrow.__version__)
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def last(lines, first, late, **options):
    """The last row of so many lines of the one and one of the other as polars reads it, or the error's class."""
    with open("rows.jsonl", "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in [first] * lines + [late])
    assert pyarrow.json.read_json("rows.jsonl").to_pylist()[-1] == first | late
    try:
        return polars.read_ndjson("rows.jsonl", **options).rows(named=True)[-1]
    except polars.exceptions.PolarsError as error:
        return type(error).__name__


good, failed = {"file": "a.mp4"}, {"file": "b.mp4", "error": "no video"}
check("a new key in line 100", last(99, good, failed), failed)
check("a new key in line 101", last(100, good, failed), {"file": "b.mp4"})
none, some = {"labels": []}, {"labels": ["dance", "jump"]}
check("the first list that is not empty in line 100", last(99, none, some), some)
check("the first list that is not empty in line 101", last(100, none, some), {"labels": [None, None]})
check("the first name behind 100 nulls", last(100, {"label": None}, {"label": "dance"}), "ComputeError")
check("the first real behind 100 whole numbers", last(100, {"score": 1}, {"score": 0.5}), "ComputeError")
check("a new key, with infer_schema_length=None", last(100, good, failed, infer_schema_length=None), failed)
check("lists, with infer_schema_length=None", last(100, none, some, infer_schema_length=None), some)
sys.exit(failures > 0)
END
