#!/usr/bin/env bash
# HDF5's scale-offset filter (scaleoffset=3 in h5py: three digits behind the point) makes a NaN the least number of its chunk,
# -1.25 say, without an error. A NaN that is the first value of a chunk of float32 makes that chunk unreadable: it is written
# without an error, and reading it fails ("filter returned failure during read"). Infinity is kept, as is all of a chunk of
# float64 that begins with NaN. A fill value of NaN changes nothing. Seen on x86-64.
# Of whole numbers scaleoffset is how many bits to keep, and these hold one number less than they could: of the classes 1 to 4 in
# two bits 4 becomes 0, as the highest code stands for the fill value, 0. Classes 0 to 3 are kept, and any with scaleoffset=True.
# So embeddings and times that may be NaN have compression="gzip" instead, and classes scaleoffset=True.
#
#   findings/hdf5-scaleoffset-nan.sh      installs h5py in a folder of its own; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install h5py==3.16.0 numpy==2.4.6
venv/bin/python - <<'END'
import sys

import h5py
import numpy

print("h5py", h5py.__version__, "HDF5", h5py.version.hdf5_version)
failures = 0


def check(what, found, expected):
    global failures
    failures += str(found) != str(expected)
    print("as described" if str(found) == str(expected) else "OTHERWISE   ", f"{what}: {found}")


def back(values, type, **options):
    """What of two chunks is read; the second one is always the numbers 0 to 3."""
    with h5py.File("features.h5", "w") as file:
        both = numpy.concatenate([numpy.array(values, type), numpy.arange(4, dtype=type)])
        file.create_dataset("features", data=both, chunks=(4,), **options)
    with h5py.File("features.h5") as file:
        assert file["features"][4:].tolist() == [0, 1, 2, 3]
        try:
            return file["features"][:4].round(3).tolist()
        except OSError as error:
            return str(error)


nan, infinite = float("nan"), float("inf")
unreadable = "Can't synchronously read data (filter returned failure during read)"
check("float32, numbers", back([0.5, -1.25, 7, 2], "f4", scaleoffset=3), [0.5, -1.25, 7.0, 2.0])
check("float32, a NaN", back([0.5, -1.25, nan, 2], "f4", scaleoffset=3), [0.5, -1.25, -1.25, 2.0])
check("float32, a NaN, fillvalue NaN", back([0.5, -1.25, nan, 2], "f4", scaleoffset=3, fillvalue=nan), [0.5, -1.25, -1.25, 2.0])
check("float32, NaN first", back([nan, 0.5, -1.25, 2], "f4", scaleoffset=3), unreadable)
check("float32, infinite", back([0.5, -1.25, infinite, 2], "f4", scaleoffset=3), [0.5, -1.25, infinite, 2.0])
check("float32, a NaN, gzip", back([nan, -1.25, nan, 2], "f4", compression="gzip"), [nan, -1.25, nan, 2.0])
check("float64, a NaN", back([0.5, -1.25, nan, 2], "f8", scaleoffset=3), [0.5, -1.25, -1.25, 2.0])
check("float64, NaN first", back([nan, 0.5, -1.25, 2], "f8", scaleoffset=3), [nan, 0.5, -1.25, 2.0])
check("classes 0 to 3 in 2 bits", back([0, 1, 2, 3], "i8", scaleoffset=2), [0, 1, 2, 3])
check("classes 1 to 4 in 2 bits", back([1, 2, 3, 4], "i8", scaleoffset=2), [1, 2, 3, 0])
check("classes 1 to 4, True", back([1, 2, 3, 4], "i8", scaleoffset=True), [1, 2, 3, 4])
sys.exit(failures > 0)
END
