#!/usr/bin/env bash
# ray.init() replaces the handler that a program has set for SIGTERM, without a word, by one that exits with status 15. A driver
# that is to clean up when SLURM or Kubernetes ends it never gets to; one that sets its handler after ray.init() does.
#
#   findings/ray-init-sigterm.sh      installs ray 2.60.0 in a folder of its own; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "ray==2.60.0"
cat > driver.py <<'END'
import os, signal, sys, time

import ray


def leave(number, frame):
    sys.exit(42)


order = sys.argv[1]
if order == "before":
    signal.signal(signal.SIGTERM, leave)
ray.init(address="local", num_cpus=1, include_dashboard=False, object_store_memory=100 << 20, logging_level="ERROR")
if order == "after":
    signal.signal(signal.SIGTERM, leave)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(60)
END
export RAY_USAGE_STATS_ENABLED=0
venv/bin/python -c 'import ray; print("ray", ray.__version__)'
failures=0
for case in before:15 after:42; do
  order=${case%:*} expected=${case#*:} status=0
  venv/bin/python driver.py "$order" >>log 2>&1 || status=$?
  if [ "$status" = "$expected" ]; then verdict="as described"; else verdict="OTHERWISE   "; failures=1; fi
  echo "$verdict status of a driver whose handler, which exits with 42, is set $order ray.init(): $status"
done
exit "$failures"
