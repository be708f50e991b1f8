#!/usr/bin/env python3
"""Goldens of the sampling: which frames are shown at the samples, in Python's exact fractions.

  make_sampling.py [OUT]      (nothing but Python)

Writes sampling.json. A stream is a list of stamps in ticks (null: none), the tick, the average rate, the container's
start time in seconds and the last frame's own duration in ticks; its times, first moment and duration follow. A case is
what was asked of a stream, the frames and window starts that come of it, and when its first sample is shown and its
last one ends in a player's clock.
"""
import json
import sys
from fractions import Fraction
from pathlib import Path


def clock(stamps, tick, period, container, last):
    """The frames' times from the first one, when that is shown in a player's clock, and the duration."""
    times, moved = [], Fraction(0)
    for stamp in stamps:
        time = times[-1] + period if stamp is None and times else (stamp or 0) * tick + moved
        if times and time < times[-1] - Fraction(1, 2):  # the clock was reset
            moved += times[-1] + period - time
            time = times[-1] + period
        times.append(max(time, times[-1]) if times else time)
    first = times[0] - container if stamps[0] is not None else Fraction(0)
    times = [time - times[0] for time in times]
    own = last * tick
    return times, first, times[-1] + (own if own > period * Fraction(3, 2) else period)


def shown(times, duration, tick, fps, start, end):
    """The frame at start + k/fps for every k up to the end of the part."""
    until = min(duration, end) if end is not None else duration
    slack = min(tick, Fraction(1, 1000))

    def at(time):
        return max([0] + [i for i, t in enumerate(times) if t <= time + slack])

    if fps == "source":
        first = at(start) if start else 0
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
    ("starts 3 s after the sound", "1/12800", "25", [38400 + 512 * i for i in range(60)], "0"),
    ("starts at 1.4 s as transport streams do", "1/90000", "30000/1001", [126000 + 3003 * i for i in range(60)],
     "7/5"),
    ("starts 1/44100 s before a container of another tick", "1/90000", "25", [90000 + 3600 * i for i in range(40)],
     "44101/44100"),
    ("starts before the container", "1/1000", "25", [40 * i - 500 for i in range(50)], "0"),
    ("a clock that stands still", "1/1000", "25", [40 * min(i, 20) if i < 40 else 40 * (i - 20) for i in range(70)]),
    ("a clock that is set back", "1/1000", "25", [9000 + 40 * i for i in range(30)] + [40 * i for i in range(30)], "9"),
    ("frames out of order by less than half a second", "1/1000", "10", [0, 100, 400, 200, 300, 500, 600, 100, 700]),
    ("no times", "1/1000", "10", [None] * 20),
    ("some times", "1/1000", "10", [0, None, 150, None, None, 600, None, None, 650]),
    ("slides", "1/16384", "5/38", [0, 16384, 32768, 114688, 131072], "0", 30 * 16384),
    ("24 in mp4", "1/12288", "24", [512 * i for i in range(72)]),
    ("ticks of half a second", "1/2", "2", [0, 1, 2, 3]),
    ("a last frame of one and a half periods", "1/100", "10", [0, 10, 20], "0", 15),
    ("a last frame of a tick more", "1/100", "10", [0, 10, 20], "0", 16),
]
ASKED = [("15", None, None, 16, 5, None), ("12.5", None, None, 8, 3, None), ("6", None, None, 16, 1, None),
         ("source", None, None, 16, 5, None), ("30000/1001", None, None, 16, None, 8), ("15", "0.35", "1.7", 8, None, 3),
         ("source", "0.2", "1.2", 8, 2, None), ("15", "0.041", None, 16, 25, None),
         ("15", None, "0.8", 8, 2, None), ("30", "0.1", "0.3", 8, 1, None)]

cases = []
streams = {}
for name, tick, rate, stamps, *more in STREAMS:
    container, last = more[0] if more else "0", more[1] if len(more) > 1 else 0
    times, first, duration = clock(stamps, Fraction(tick), 1 / Fraction(rate), Fraction(container), last)
    streams[name] = {"tick": tick, "rate": rate, "container": container, "last": last, "stamps": stamps,
                     "times": [str(time) for time in times], "first": str(first), "duration": str(duration)}
    for fps, start, end, frames, windows, stride in ASKED:
        # What is asked for counts in a player's clock; where the first frame comes late, so does the part.
        begin = max(Fraction(start) - first, 0) if start else Fraction(0)
        if start and first >= 1:
            start, end = (t and str(float(round(first + Fraction(t), 3))) for t in (start, end))
            begin = max(Fraction(start) - first, 0)
        until = Fraction(end) - first if end else None
        if begin >= duration or until is not None and until <= begin:
            continue
        picks = shown(times, duration, Fraction(tick), fps, begin, until)
        finish = min(duration, until) if until is not None else duration
        at = first + (times[picks[0]] if fps == "source" else begin)
        cases.append({"name": name, "fps": fps, "start": start, "end": end, "frames": frames, "windows": windows,
                      "stride": stride, "picks": picks, "starts": starts(len(picks), frames, windows, stride),
                      "first": str(max(at, 0)), "finish": str(max(first + finish, 0))})
out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
compact = {"separators": (",", ":")}
(out / "sampling.json").write_text(
    '{"streams": ' + json.dumps(streams, **compact) + ',\n"cases": [\n'
    + ",\n".join(json.dumps(case, **compact) for case in cases) + "\n]}\n")
