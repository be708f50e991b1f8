#!/usr/bin/env bash
# DuckDB decides by the first 20,480 rows what a file is, and later rows that do not fit may change their value without
# an error:
#   - JSON: a column of reals that begins with 20,480 whole numbers (30, not 30.0) is BIGINT, and 29.97 is read as 30.
#     One with a fraction in every number is DOUBLE.
#   - CSV: where no field of these rows is quoted, a later quoted field keeps its quotes, or is an error if it holds a
#     comma or a line break. A quoted name in the header is enough to prevent that.
# So JSON for such readers wants a fraction in every real, and CSV with rare quotes a quoted header.
#
#   findings/duckdb-first-rows.sh      installs duckdb from PyPI in a folder of its own; fails if it behaves otherwise
set -euo pipefail
version=2.0.1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install "duckdb==$version"
cd "$work"
venv/bin/python - <<'END'
import sys

import duckdb

print("duckdb", duckdb.__version__)
failures = 0


def check(what, found, expected):
    global failures
    print(f"{'as described' if found == expected else 'OTHERWISE   '}  {what}: {found}")
    failures += found != expected


def rates(number, rows):
    """The type of a column of `rows` times `number`, then 29.97, and what became of the last."""
    with open("rates.jsonl", "w") as file:
        file.writelines(f'{{"rate": {number}}}\n' for _ in range(rows))
        file.write('{"rate": 29.97}\n')
    return duckdb.sql("select typeof(any_value(rate)), min(rate) from read_json('rates.jsonl')").fetchall()[0]


check("20,479 times 30, then 29.97", rates("30", 20479), ("DOUBLE", 29.97))
check("20,480 times 30, then 29.97", rates("30", 20480), ("BIGINT", 30))
check("20,480 times 30.0, then 29.97", rates("30.0", 20480), ("DOUBLE", 29.97))


def late(header, name):
    """The rows of a table with one quoted field, its last, and what became of that; or the error's first line."""
    with open("names.csv", "w", newline="") as file:
        file.write(header + "\r\n")
        file.writelines(f"{number}.mp4,3.0\r\n" for number in range(30000))
        file.write('"' + name.replace('"', '""') + '",29.97\r\n')
    try:
        return duckdb.sql("select count(*), any_value(file) filter (rate > 4) from read_csv('names.csv')").fetchall()[0]
    except duckdb.Error as error:
        return type(error).__name__


names = {"a comma": "a, b.mp4", "a quote": 'a "b".mp4', "a line break": "a\nb.mp4"}
plain = {"a comma": "ConversionException", "a quote": (30001, '"a ""b"".mp4"'), "a line break": "InvalidInputException"}
for what, name in names.items():
    check(f"{what} in row 30,001, header file,rate", late("file,rate", name), plain[what])
    check(f'{what} in row 30,001, header "file",rate', late('"file",rate', name), (30001, name))
sys.exit(1 if failures else 0)
END
