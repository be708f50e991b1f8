#!/usr/bin/env bash
# safetensors.numpy 0.8.0 writes a transposed array wrongly, without an error: the shape is the new one, the numbers stand in the
# old order. Its help says that tensors "need to be contiguous"; but 0.7.0 wrote them right, safetensors.torch raises
# a ValueError for the same, and numpy.transpose, which brings the kernels of JAX and Keras into torch's layout, gives just
# such arrays. The sizes and the file are valid, so that no reader can tell; a network of these weights runs, and is wrong.
# So weights go through numpy.ascontiguousarray first, and a converter compares what it reads back.
#
#   findings/safetensors-numpy-order.sh      installs both versions in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > order.py <<'END'
import sys

import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file

kernel = np.arange(3 * 3 * 3 * 2 * 4, dtype=np.float32).reshape(3, 3, 3, 2, 4)  # time, height, width, in, out
arrays = {
    "the kernel as it is": kernel,
    "transposed to out, in, time, height, width": np.transpose(kernel, (4, 3, 0, 1, 2)),
    "the same, made contiguous": np.ascontiguousarray(np.transpose(kernel, (4, 3, 0, 1, 2))),
    "in Fortran's order": np.asfortranarray(kernel),
}
print("safetensors", safetensors.__version__, "numpy", np.__version__)
found = []
for what, array in arrays.items():
    save_file({"weight": array}, "w.safetensors")
    back = load_file("w.safetensors")["weight"]
    assert back.shape == array.shape
    found.append(np.array_equal(back, array))
    print(f"  {what}: {'the same' if found[-1] else 'other numbers'} when read back")
sys.exit(found != [True, sys.argv[1] == "right", True, sys.argv[1] == "right"])
END
python3 -m venv venv
for case in 0.7.0:right 0.8.0:wrong; do
  venv/bin/pip --quiet --disable-pip-version-check install numpy==2.4.6 "safetensors==${case%:*}"
  venv/bin/python order.py "${case#*:}"
done
