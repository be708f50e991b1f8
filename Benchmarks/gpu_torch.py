# What torch does with r2plus1d_18 on a GPU: a line in, `fp16 8`, windows a second out. Beside Benchmarks/gpu.sh.
import sys
import time

import torch
from torch import nn


def convolution(inputs, middle, outputs, stride):
    return nn.Sequential(
        nn.Conv3d(inputs, middle, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False), nn.BatchNorm3d(middle),
        nn.ReLU(True), nn.Conv3d(middle, outputs, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        middle = 27 * inputs * outputs // (9 * inputs + 3 * outputs)
        self.first = nn.Sequential(convolution(inputs, middle, outputs, stride), nn.BatchNorm3d(outputs), nn.ReLU(True))
        self.second = nn.Sequential(convolution(outputs, middle, outputs, 1), nn.BatchNorm3d(outputs))
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs))

    def forward(self, x):
        return torch.relu(self.second(self.first(x)) + self.shortcut(x))


def network():
    layers = [
        nn.Conv3d(3, 45, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), nn.BatchNorm3d(45), nn.ReLU(True),
        nn.Conv3d(45, 64, (3, 1, 1), 1, (1, 0, 0), bias=False), nn.BatchNorm3d(64), nn.ReLU(True)]
    width = 64
    for layer in range(4):
        for block in range(2):
            layers.append(Block(width, 64 << layer, 2 if layer and not block else 1))
            width = 64 << layer
    return nn.Sequential(*layers, nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(512, 400)).eval()


torch.backends.cudnn.benchmark = True
device = "cuda" if torch.cuda.is_available() else "cpu"
models = {}
for line in sys.stdin:
    words = line.split()
    if words == ["end"]:
        break
    name, batch = words[0], int(words[1])
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = name == "tf32"
    dtype, form = torch.float32, torch.contiguous_format
    if name == "fp16":
        dtype, form = torch.float16, torch.channels_last_3d
    with torch.inference_mode():
        if name not in models:
            models[name] = network().to(device, dtype).to(memory_format=form)
        x = torch.randn(batch, 3, 16, 112, 112, device=device, dtype=dtype).to(memory_format=form)
        seconds = []
        for call in range(8):
            began = time.perf_counter()
            models[name](x).float().sum().item()  # waits for it
            seconds.append(time.perf_counter() - began)
    print(f"{batch / sorted(seconds[3:])[2]:.1f}", flush=True)
