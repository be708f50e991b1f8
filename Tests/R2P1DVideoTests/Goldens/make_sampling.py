#!/usr/bin/env python3
"""Goldens of the sampling: which frames are shown at the samples, in Python's exact fractions.

  make_sampling.py [OUT]      (nothing but Python)

Writes sampling.json: a case is a list of frame times in ticks, the tick, the average rate, what was asked for, and the
frames and window starts that come of it.
"""
import json
import sys
from fractions import Fraction
from pathlib import Path


def shown(times, tick, period, fps, start, end):
    """The frame at start + k/fps for every k up to the end of the part."""
    until = min(times[-1] + period, end) if end is not None else times[-1] + period
    slack = min(tick, Fraction(1, 1000))

    def at(time):
        return max([0] + [i for i, t in enumerate(times) if t <= time + slack])

    if fps == "source":
        first = at(start)
        return list(range(first, max(first + 1, sum(t < until for t in times))))
    return [at(start + k / Fraction(fps)) for k in range(max(1, int((until - start) * Fraction(fps))))]


def starts(samples, frames, windows, stride):
    last = max(samples - frames, 0)
    if stride:
        found = list(range(0, last + 1, stride))
        return found if found[-1] == last else found + [last]
    count = min(windows, last + 1)
    return [last // 2] if count == 1 else [last * j // (count - 1) for j in range(count)]


def even(tick, rate, count):
    """Frame times of a constant rate, rounded to the tick."""
    return [round(i / Fraction(rate) / Fraction(tick)) for i in range(count)]


VARIABLE = [0, 40, 41, 80, 200, 207, 214, 640, 650, 1200, 1210, 1990]
STREAMS = [
    ("28 frames a second", "1/14336", "28", even("1/14336", "28", 280)),
    ("29.97 in mp4", "1/30000", "30000/1001", even("1/30000", "30000/1001", 300)),
    ("29.97 in milliseconds", "1/1000", "30000/1001", even("1/1000", "30000/1001", 300)),
    ("23.976 in MPEG ticks", "1/90000", "24000/1001", even("1/90000", "24000/1001", 120)),
    ("30", "1/15360", "30", even("1/15360", "30", 90)),
    ("30 in milliseconds", "1/1000", "30", even("1/1000", "30", 91)),
    ("6", "1/12288", "6", even("1/12288", "6", 57)),
    ("25 with ticks as long as frames", "1/25", "25", even("1/25", "25", 100)),
    ("variable", "1/1000", "6", VARIABLE),
    ("shorter than a window", "1/100", "10", [0, 10, 20, 30]),
    ("one frame", "1/100", "25", [0]),
]
ASKED = [("15", None, None, 16, 5, None), ("12.5", None, None, 8, 3, None), ("6", None, None, 16, 1, None),
         ("source", None, None, 16, 5, None), ("30000/1001", None, None, 16, None, 8), ("15", "0.35", "1.7", 8, None, 3),
         ("source", "0.2", "1.2", 8, 2, None), ("15", "0.041", None, 16, 25, None)]

cases = []
for name, tick, rate, stamps in STREAMS:
    for fps, start, end, frames, windows, stride in ASKED:
        times = [s * Fraction(tick) for s in stamps]
        begin = Fraction(start or 0)
        if begin >= times[-1] + 1 / Fraction(rate):
            continue
        picks = shown(times, Fraction(tick), 1 / Fraction(rate), fps, begin, Fraction(end) if end else None)
        cases.append({"name": name, "tick": tick, "rate": rate, "stamps": stamps, "fps": fps, "start": start, "end": end,
                      "frames": frames, "windows": windows, "stride": stride, "picks": picks,
                      "starts": starts(len(picks), frames, windows, stride)})
streams = {name: {"tick": tick, "rate": rate, "stamps": stamps} for name, tick, rate, stamps in STREAMS}
for case in cases:
    for key in ("tick", "rate", "stamps"):
        del case[key]
out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
compact = {"separators": (",", ":")}
(out / "sampling.json").write_text(
    '{"streams": ' + json.dumps(streams, **compact) + ',\n"cases": [\n'
    + ",\n".join(json.dumps(case, **compact) for case in cases) + "\n]}\n")
