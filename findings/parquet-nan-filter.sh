#!/usr/bin/env bash
# Who asks DuckDB 2.0 which scores of a Parquet file are NaN is told that none is: isnan(score) is false in every row, also of
# `SELECT score, isnan(score)`, and CASE WHEN isnan(score) … takes a NaN for a good score. The least and the greatest value that
# the file keeps for each group of rows leave NaN out, and the format tells readers to ignore them where NaN is looked for; DuckDB
# concludes from them what the column may hold. `score > 0.9`, which NaN is to DuckDB, gives the NaN that share a group with a
# higher score: the answer depends on the size of the groups. max(score) is 0.95, and NaN as soon as sum(score) is asked for beside
# it. (DuckDB 1.4 errs in score > 0.9 only; of lists 2.0 is right.) pyarrow 26 skips groups by the same values: a filter
# of is_null(nan_is_null=True) finds none, and is_nan() misses those among scores that are all the same. The same rows in a table
# of DuckDB or pyarrow, or in a file without statistics, are all found, and polars finds them in the file.
# So scores are checked for NaN before they are written, or after they are loaded, not by a query of the file.
#
#   findings/parquet-nan-filter.sh      installs the three in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install duckdb==2.0.1 pyarrow==26.0.1 polars==2.1.0
venv/bin/python - <<'END'
import math
import sys

import duckdb
import polars
import pyarrow
import pyarrow.compute as pc
import pyarrow.dataset
import pyarrow.parquet

print("duckdb", duckdb.__version__, "pyarrow", pyarrow.__version__, "polars", polars.__version__)
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


nan = math.nan
scores = [0.1, 0.2, nan, 0.3] + [0.95, 0.2, nan, 0.3]
rows = pyarrow.table({"row": range(8), "score": pyarrow.array(scores, pyarrow.float32())})
pyarrow.parquet.write_table(rows, "scores.parquet", row_group_size=4)
pyarrow.parquet.write_table(rows, "one-group.parquet")
pyarrow.parquet.write_table(rows, "bare.parquet", row_group_size=4, write_statistics=False)
duckdb.sql("CREATE TABLE loaded AS FROM 'scores.parquet'")
for source, is_nan, high, greatest in [
    ("'scores.parquet'", [], [4, 6], "0.95"),
    ("'one-group.parquet'", [], [2, 4, 6], "0.95"),
    ("'bare.parquet'", [2, 6], [2, 4, 6], "nan"),
    ("loaded", [2, 6], [2, 4, 6], "nan"),
]:
    def query(what):
        return [value for value, in duckdb.sql(f"SELECT {what.replace('FROM', f'FROM {source}')}").fetchall()]

    check(f"DuckDB, {source}, rows WHERE isnan(score)", query("row FROM WHERE isnan(score)"), is_nan)
    check(f"DuckDB, {source}, SELECT isnan(score)", [row for row, value in enumerate(query("isnan(score) FROM")) if value], is_nan)
    check(f"DuckDB, {source}, how many are", query("count_if(isnan(score)) FROM"), [len(is_nan)])
    check(f"DuckDB, {source}, rows WHERE score > 0.9", query("row FROM WHERE score > 0.9"), high)
    [(alone,)] = duckdb.sql(f"SELECT max(score) FROM {source}").fetchall()
    [(beside, _)] = duckdb.sql(f"SELECT max(score), sum(score) FROM {source}").fetchall()
    check(f"DuckDB, {source}, max(score) alone, and beside sum(score)", [f"{alone:.2g}", f"{beside:.2g}"], [greatest, "nan"])

judge = "SELECT CASE WHEN isnan(score) THEN 'broken' WHEN score > 0.9 THEN 'good' ELSE 'low' END FROM "
for source, expected in [("'scores.parquet'", "low low good low good low good low"), ("loaded", "low low broken low good low broken low")]:
    check(f"DuckDB, {source}, CASE", " ".join(value for value, in duckdb.sql(judge + source).fetchall()), expected)

lists = pyarrow.table({"features": pyarrow.array([[0.1, nan], [0.2, 0.3]])})
pyarrow.parquet.write_table(lists, "lists.parquet")
found = [value for value, in duckdb.sql("SELECT isnan(features[2]) FROM 'lists.parquet'").fetchall()]
check("DuckDB, 'lists.parquet', isnan of the second of a list", found, [True, False])

same = pyarrow.table({"row": range(4), "score": pyarrow.array([0.0, nan, 0.0, 0.0], pyarrow.float32())})
pyarrow.parquet.write_table(same, "same.parquet")
score = pc.field("score")
for table, file, what, condition, of_file, of_table in [
    (rows, "scores.parquet", "is_null(nan_is_null=True)", score.is_null(nan_is_null=True), [], [2, 6]),
    (rows, "scores.parquet", "~(score <= 0.9)", ~(score <= 0.9), [4, 6], [2, 4, 6]),
    (rows, "scores.parquet", "is_nan()", pc.is_nan(score), [2, 6], [2, 6]),
    (same, "same.parquet", "is_nan()", pc.is_nan(score), [], [1]),
    (same, "same.parquet", "score != 0", score != 0, [], [1]),
    (rows, "bare.parquet", "is_null(nan_is_null=True)", score.is_null(nan_is_null=True), [2, 6], [2, 6]),
]:
    check(f"pyarrow, {file}, {what}", pyarrow.dataset.dataset(file).to_table(filter=condition)["row"].to_pylist(), of_file)
    check(f"pyarrow, the same table, {what}", table.filter(condition)["row"].to_pylist(), of_table)

for file, expected in [("scores.parquet", [2, 6]), ("same.parquet", [1])]:
    found = polars.scan_parquet(file).filter(polars.col("score").is_nan()).collect()["row"].to_list()
    check(f"polars, {file}, is_nan()", found, expected)
sys.exit(failures > 0)
END
