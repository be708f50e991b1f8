"""A Ray of three nodes on this machine: a head without CPUs and two nodes that work, on loopback addresses of
their own.

A program of its own, so that a driver can be killed beside it: commands on standard input, a line of JSON for each
on standard output. `ray.init(address="127.0.0.1:PORT")` silently becomes the host's routable address, and hangs where only loopback
listens: so no node is 127.0.0.1.
"""

import json
import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from ray.cluster_utils import Cluster  # noqa: E402

STORE = 80 << 20


def node(cluster, address, **arguments):
    # On a starved machine a raylet's start can abort in a check of its own.
    for attempt in (1, 2):
        try:
            return cluster.add_node(node_ip_address=address, object_store_memory=STORE, **arguments)
        except Exception:
            if attempt == 2:
                raise


def main():
    config = {
        "health_check_failure_threshold": 5, "health_check_timeout_ms": 5000, "health_check_period_ms": 1000,
        "health_check_initial_delay_ms": 5000,
    }
    cluster = Cluster()
    node(cluster, "127.0.0.4", num_cpus=0, include_dashboard=False, _system_config=config)
    workers = {address: node(cluster, address, num_cpus=2) for address in ("127.0.0.2", "127.0.0.3")}

    def say():
        raylets = {
            address: [process.process.pid for process in worker.all_processes.get("raylet", [])]
            for address, worker in workers.items()
        }
        print(json.dumps({"address": cluster.address, "raylets": raylets}), flush=True)

    say()
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "add":
            workers[rest[0]] = node(cluster, rest[0], num_cpus=2)
            say()
        else:
            break
    cluster.shutdown()


if __name__ == "__main__":
    main()
