#!/usr/bin/env python3
"""How uneven shares of an archive are: docs/fleet.md has the table. Python's standard library alone.

The time of the last machine, in multiples of what an even division takes. Lengths are lognormal (mean 10 minutes, at most
12 hours), work goes with the length, and sizes in bytes say it up to a factor of e^±0.5. By hash: each file falls into any share.
Of a listing: the biggest file first, to the share with the fewest bytes (LPT), as `scan --files-from list.csv --shard I/N` does
it. More shares than machines are handed out in their order, as SLURM does with an array.
"""
import heapq
import math
import random
import statistics


def listed(sizes, count):
    shares, least = [[] for _ in range(count)], [(0.0, share) for share in range(count)]
    for file in sorted(range(len(sizes)), key=lambda file: -sizes[file]):
        load, share = least[0]
        shares[share].append(file)
        heapq.heapreplace(least, (load + sizes[file], share))
    return shares


def hashed(files, count, chance):
    shares = [[] for _ in range(count)]
    for file in range(files):
        shares[chance.randrange(count)].append(file)
    return shares


def last(shares, lengths, machines):
    free = [0.0] * machines
    for share in shares:
        heapq.heapreplace(free, free[0] + sum(lengths[file] for file in share))
    return max(free)


def table(files, machines, many, sigma, runs):
    chance, results = random.Random(1), {}
    mu = math.log(600) - sigma**2 / 2
    for _ in range(runs):
        lengths = [min(12 * 3600, chance.lognormvariate(mu, sigma)) for _ in range(files)]
        sizes = [length * chance.lognormvariate(0, 0.5) for length in lengths]
        even = sum(lengths) / machines
        for name, shares in (
            (f"{machines} by hash", hashed(files, machines, chance)),
            (f"{many} by hash", hashed(files, many, chance)),
            (f"{machines} of a listing", listed(sizes, machines)),
            (f"{many} of a listing", listed(sizes, many)),
        ):
            results.setdefault(name, []).append(last(shares, lengths, machines) / even)
        results.setdefault("longest alone", []).append(max(lengths) / even)
    return {
        name: f"{statistics.mean(values):.2f} ({sorted(values)[int(0.95 * len(values))]:.2f})"
        for name, values in results.items()
    }


for files, machines, many, sigma, runs in (
    (1000, 16, 256, 0.5, 60),
    (1000, 16, 256, 1.5, 60),
    (1000, 16, 256, 2.0, 60),
    (10000, 16, 256, 1.5, 20),
    (10000, 16, 256, 2.0, 20),
):
    print(f"{files} files, {machines} machines, sigma {sigma}:", table(files, machines, many, sigma, runs), flush=True)
