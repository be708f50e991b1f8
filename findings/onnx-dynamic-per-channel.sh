#!/usr/bin/env bash
# ONNX Runtime's quantize_dynamic takes per_channel=True for a network of convolutions, and does nothing with it: each Conv gets one
# scale for all its filters, the same model to the byte as without, and no warning. MatMul gets one a column, and quantize_static
# gives a Conv one a filter by the same option. Folded batch norms make filters of very different size: one that is 300 times
# as small as the largest becomes all zeros.
# The other scale is that of a Conv's input, and it is taken over the whole batch, as the operator DynamicQuantizeLinear says: a
# clip of faint pictures has other scores beside one of strong pictures, here by 13 %, so that they depend on how clips are batched.
# So video networks are quantized by quantize_static, or their clips run one by one and their filters' sizes are looked at.
#
#   findings/onnx-dynamic-per-channel.sh      installs onnxruntime and onnx in a folder of its own; fails if they behave otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
venv/bin/python - <<'END'
import logging
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_dynamic, quantize_static

print("onnxruntime", onnxruntime.__version__, "onnx", onnx.__version__)
failures = 0
warnings = []


class Warnings(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING and "pre-processing" not in record.getMessage():
            warnings.append(record.getMessage())


logging.captureWarnings(True)
logging.getLogger().addHandler(Warnings())


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def save(name, nodes, weights, inputs, outputs):
    tensors = [numpy_helper.from_array(array, key) for key, array in weights.items()]
    shapes = [[helper.make_tensor_value_info(key, TensorProto.FLOAT, shape)] for key, shape in (inputs, outputs)]
    graph = helper.make_graph(nodes, "network", *shapes, tensors)
    onnx.save(helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)]), name)


def scales(name):
    """How many scales the weights have."""
    [scale] = [one for one in onnx.load(name).graph.initializer if one.name == "weight_scale"]
    return numpy_helper.to_array(scale).size


def run(name, clips):
    return onnxruntime.InferenceSession(name).run(None, {"clips": clips})[0]


random = np.random.default_rng(0)
sizes = np.array([1, 0.3, 0.003, 0.001], np.float32).reshape(4, 1, 1, 1, 1)
filters = sizes * random.uniform(-1, 1, (4, 3, 3, 3, 3)).astype(np.float32)
conv = helper.make_node("Conv", ["clips", "weight"], ["motion"], kernel_shape=[3, 3, 3], pads=[1] * 6)
mean = helper.make_node("GlobalAveragePool", ["motion"], ["scores"])
save("conv.onnx", [conv, mean], {"weight": filters}, ("clips", ["n", 3, "t", "h", "w"]), ("scores", ["n", 4, 1, 1, 1]))
matmul = helper.make_node("MatMul", ["clips", "weight"], ["scores"])
save("matmul.onnx", [matmul], {"weight": filters.reshape(4, -1).T.copy()}, ("clips", ["n", 81]), ("scores", ["n", 4]))

faint = random.uniform(-1, 1, (1, 3, 8, 16, 16)).astype(np.float32)
strong = 40 * faint


class Calibration(CalibrationDataReader):
    clips = iter([{"clips": faint}])

    def get_next(self):
        return next(self.clips, None)


for network in ["conv", "matmul"]:
    for per_channel in [False, True]:
        quantize_dynamic(f"{network}.onnx", f"{network}-{per_channel}.onnx", per_channel=per_channel, weight_type=QuantType.QUInt8)
quantize_static("conv.onnx", "static.onnx", Calibration(), per_channel=True)
check("MatMul, quantize_dynamic, scales without and with per_channel", [scales("matmul-False.onnx"), scales("matmul-True.onnx")], [1, 4])
check("Conv, quantize_static with per_channel, scales", scales("static.onnx"), 4)
check("Conv, quantize_dynamic, scales without and with per_channel", [scales("conv-False.onnx"), scales("conv-True.onnx")], [1, 1])
check("the two are the same model", open("conv-False.onnx", "rb").read() == open("conv-True.onnx", "rb").read(), True)
check("warnings, but for that of pre-processing", warnings, [])


def empty(name):
    """Which filters are all zeros once they are quantized."""
    tensors = {one.name: numpy_helper.to_array(one).astype(np.int32) for one in onnx.load(name).graph.initializer}
    zero = np.resize(tensors["weight_zero_point"], (4, 1, 1, 1, 1))
    return [number for number, filter in enumerate(tensors["weight_quantized"] - zero) if not filter.any()]


check("filters that are all zeros, quantize_static", empty("static.onnx"), [])
check("filters that are all zeros, quantize_dynamic", empty("conv-True.onnx"), [2, 3])


def changed(name):
    """By how many percent the first channel of the faint clip changes beside the strong one."""
    alone = run(name, faint).ravel()[0]
    return round(100 * abs(run(name, np.concatenate([faint, strong])).ravel()[0] / alone - 1))


check("the faint clip changes beside a strong one, percent, float32", changed("conv.onnx"), 0)
check("the faint clip changes beside a strong one, percent, quantize_static", changed("static.onnx"), 0)
percent = changed("conv-True.onnx")
check(f"the faint clip changes beside a strong one, quantize_dynamic, by {percent} percent", percent >= 5, True)
sys.exit(failures > 0)
END
