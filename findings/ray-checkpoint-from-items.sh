#!/usr/bin/env bash
# Ray Data's checkpointing (DataContext.checkpoint_config) writes checkpoints for any pipeline that ends in a file, but a second
# run skips what they hold only where it reads files: of a dataset from ray.data.from_items all rows are done again and
# appended to the same folder, so that it has each of them twice. Neither run warns.
# So a resumable job has to look up by itself what its output holds.
#
#   findings/ray-checkpoint-from-items.sh      installs ray[data] 2.60.0 in a folder of its own; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "ray[data]==2.60.0" "pyarrow==26.0.1"
RAY_USAGE_STATS_ENABLED=0 venv/bin/python - 2>log <<'END' || { tail -20 log; exit 1; }
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import ray
from ray.data.checkpoint import CheckpointConfig

print("ray", ray.__version__)
ray.init(address="local", num_cpus=2, include_dashboard=False, object_store_memory=100 << 20, logging_level="ERROR", log_to_driver=False)
context = ray.data.DataContext.get_current()
context.enable_progress_bars = False
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def run(dataset, name):
    context.checkpoint_config = CheckpointConfig(
        id_column="path", checkpoint_path=f"{name}-checkpoints", delete_checkpoint_on_success=False)
    try:
        dataset().map_batches(lambda batch: batch).write_parquet(f"{name}-rows")
    finally:
        context.checkpoint_config = None
    return pq.read_table(f"{name}-rows").num_rows


names = [f"film-{number}" for number in range(8)]
os.makedirs("list")
pq.write_table(pa.table({"path": names}), "list/list.parquet")
base = os.getcwd()
for name, dataset, expected in [
    ("read_parquet", lambda: ray.data.read_parquet(f"{base}/list"), [8, 8]),
    ("from_items", lambda: ray.data.from_items([{"path": path} for path in names]), [8, 16]),
]:
    rows = [run(dataset, f"{base}/{name}") for _ in range(2)]
    check(f"rows after the first and the second run of {name}", rows, expected)
    files = [file for file in os.listdir(f"{base}/{name}-checkpoints") if file.endswith(".parquet")]
    ids = sum(pq.read_table(f"{base}/{name}-checkpoints/{file}").num_rows for file in files)
    check(f"ids in the checkpoints of {name}", ids, expected[1])
sys.exit(failures > 0)
END
