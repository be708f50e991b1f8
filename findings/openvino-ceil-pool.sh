#!/usr/bin/env bash
# OpenVINO pools over other windows than the ONNX file says where ceil_mode is set and the picture is padded. ONNX, as PyTorch
# does, drops a last window that would begin in the padding; of a MaxPool OpenVINO 2026.4 keeps it, and fills it with -3.4e38, the
# least float: C3D's last pool (2 by 2 by 2, padding 1 in height and width) makes 5 by 5 of 7 by 7 instead of 4 by 4. (Of an
# AveragePool it drops it.) And of an AveragePool that counts the padding, PyTorch's default, it divides a last window that
# reaches beyond the padding by the whole kernel, not by what of it lies in the padded picture: of ones it makes 1/9, not 1/4, in
# the corner. The first is refused by a layer of fixed size behind it, or spoils a mean; the second just gives other scores.
# ONNX Runtime and ONNX's own reference agree with PyTorch in both.
# So a converted network is compared with its source at each size of picture that it is to see.
#
#   findings/openvino-ceil-pool.sh      installs the three in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install openvino==2026.4.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" - <<'END'
import sys

import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

print("openvino", openvino.__version__, "onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__)
failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def last_rows(kind, clip, **attributes):
    """The last row of what each of the three makes of the clip."""
    node = helper.make_node(kind, ["clip"], ["pooled"], ceil_mode=1, **attributes)
    inputs = [helper.make_tensor_value_info("clip", TensorProto.FLOAT, clip.shape)]
    outputs = [helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["n", "c", "t", "h", "w"])]
    model = helper.make_model(helper.make_graph([node], "pool", inputs, outputs), ir_version=10, opset_imports=[helper.make_opsetid("", 22)])
    onnx.checker.check_model(model)
    bytes = model.SerializeToString()
    compiled = openvino.Core().compile_model(openvino.Core().read_model(bytes), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    pooled = [
        ReferenceEvaluator(model).run(None, {"clip": clip})[0],
        onnxruntime.InferenceSession(bytes).run(None, {"clip": clip})[0],
        compiled(clip)[0],
    ]
    return [[float(f"{value:.3g}") for value in one[0, 0, 0, -1]] for one in pooled]


clip = -np.arange(1, 99, dtype=np.float32).reshape(1, 1, 2, 7, 7)
reference, runtime, vino = last_rows("MaxPool", clip, kernel_shape=[2, 2, 2], strides=[2, 2, 2], pads=[0, 1, 1, 0, 1, 1])
check("MaxPool of 7 by 7, ONNX's reference", reference, [-36, -37, -39, -41])
check("MaxPool of 7 by 7, ONNX Runtime", runtime, [-36, -37, -39, -41])
check("MaxPool of 7 by 7, OpenVINO", vino, [-3.4e38] * 5)

ones = np.ones((1, 1, 1, 6, 6), np.float32)
reference, runtime, vino = last_rows(
    "AveragePool", ones, kernel_shape=[1, 3, 3], strides=[1, 2, 2], pads=[0, 1, 1, 0, 1, 1], count_include_pad=1)
check("AveragePool of 6 by 6 ones, ONNX's reference", reference, [0.333, 0.5, 0.5, 0.25])
check("AveragePool of 6 by 6 ones, ONNX Runtime", runtime, [0.333, 0.5, 0.5, 0.25])
check("AveragePool of 6 by 6 ones, OpenVINO", vino, [0.222, 0.333, 0.333, 0.111])
sys.exit(failures > 0)
END
