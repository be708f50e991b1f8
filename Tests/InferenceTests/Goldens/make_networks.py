#!/usr/bin/env python3
"""Goldens of the network: activations of a narrow network layer by layer, the logits of r2plus1d_18, by torchvision in
float64, and those of the paper's other networks and of ig65m's r2plus1d_34, by a definition of its own.

  make_networks.py [OUT]      (torch, torchvision, numpy)

Weights and inputs come from a formula that the tests evaluate too, so no weight is stored. Writes networks.json.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent))
import torchvision_import  # noqa: E402,F401
from torchvision.models.video import resnet  # noqa: E402


def uniform(name, count):
    """`count` values in [-1, 1): a hash of the position, seeded with the FNV-1a hash of the name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    z = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(seed)
    z = (z ^ (z >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    z = z ^ (z >> np.uint64(32))
    return (z >> np.uint64(40)).astype(np.float64) / 2.0**23 - 1


def tensor(name, shape):
    """A weight or statistic as float32; its spread is that of an initialised, then trained network."""
    u = uniform(name, int(np.prod(shape)))
    if len(shape) == 5:
        value = u * np.sqrt(6 / (shape[0] * shape[2] * shape[3] * shape[4]))
    elif name == "fc.weight":
        value = u * 0.1
    elif name == "fc.bias":
        value = u * 0.5
    elif name.endswith("running_mean"):
        value = u * 0.3
    elif name.endswith("running_var"):
        value = 1.25 + 0.75 * u
    elif name.endswith("weight"):
        value = 1 + 0.5 * u
    else:
        value = u * 0.2
    return torch.from_numpy(value.astype(np.float32).reshape(shape))


def fill(model):
    state = {k: v if v.dim() == 0 else tensor(k, tuple(v.shape)) for k, v in model.state_dict().items()}
    model.load_state_dict(state)
    return model.double().eval()


def window(frames):
    """8-bit samples, normalised as torchvision's Kinetics preset does, in float32."""
    values = np.floor((uniform(f"window {frames}", 3 * frames * 112 * 112) + 1) * 128).astype(np.float32)
    values = torch.from_numpy(values).reshape(1, 3, frames, 112, 112)
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1, 1) for v in ([0.43216, 0.394666, 0.37645], [0.22803, 0.22145, 0.216989]))
    return ((values / 255 - mean) / std).double()


def narrow(widths, classes):
    """torchvision's own blocks with fewer channels."""
    model = resnet.r2plus1d_18(weights=None)
    mid = 13
    model.stem = torch.nn.Sequential(
        torch.nn.Conv3d(3, mid, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), torch.nn.BatchNorm3d(mid), torch.nn.ReLU(),
        torch.nn.Conv3d(mid, widths[0], (3, 1, 1), 1, (1, 0, 0), bias=False), torch.nn.BatchNorm3d(widths[0]), torch.nn.ReLU())
    model.inplanes = widths[0]
    for n in range(4):
        layer = model._make_layer(resnet.BasicBlock, resnet.Conv2Plus1D, widths[n + 1], 2, stride=1 if n == 0 else 2)
        setattr(model, f"layer{n + 1}", layer)
    model.fc = torch.nn.Linear(widths[4], classes)
    return model


class Block(torch.nn.Module):
    """Two convolutions of one kind and the shortcut, from the paper's section 3; names as in torchvision's checkpoints."""

    def __init__(self, kind, i, o, stride, mids):
        super().__init__()
        self.conv1 = self.convolution(kind, i, o, stride, mids and mids[0], True)
        self.conv2 = self.convolution(kind, o, o, 1, mids and mids[1], False)
        self.downsample = None
        if stride != 1 or i != o:
            step = (1 if kind == "2D" else stride, stride, stride)
            self.downsample = torch.nn.Sequential(torch.nn.Conv3d(i, o, 1, step, bias=False), torch.nn.BatchNorm3d(o))

    @staticmethod
    def convolution(kind, i, o, s, mid, relu):
        if kind == "(2+1)D":
            inner = torch.nn.Sequential(
                torch.nn.Conv3d(i, mid, (1, 3, 3), (1, s, s), (0, 1, 1), bias=False), torch.nn.BatchNorm3d(mid), torch.nn.ReLU(),
                torch.nn.Conv3d(mid, o, (3, 1, 1), (s, 1, 1), (1, 0, 0), bias=False))
        elif kind == "3D":
            inner = torch.nn.Conv3d(i, o, 3, s, 1, bias=False)
        else:
            inner = torch.nn.Conv3d(i, o, (1, 3, 3), (1, s, s), (0, 1, 1), bias=False)
        return torch.nn.Sequential(inner, torch.nn.BatchNorm3d(o), *([torch.nn.ReLU()] if relu else []))

    def forward(self, x):
        return torch.relu(self.conv2(self.conv1(x)) + (x if self.downsample is None else self.downsample(x)))


# What comes before layer1 (kernel and padding in time), and the kind of layer1 … layer4: table 1 of arXiv 1711.11248.
FAMILY = {
    "r2d": (16, 0, "2D 2D 2D 2D"), "f_r2d": (1, 0, "2D 2D 2D 2D"),
    "mc2": (3, 1, "2D 2D 2D 2D"), "mc3": (3, 1, "3D 2D 2D 2D"), "mc4": (3, 1, "3D 3D 2D 2D"), "mc5": (3, 1, "3D 3D 3D 2D"),
    "rmc2": (1, 0, "3D 3D 3D 3D"), "rmc3": (1, 0, "2D 3D 3D 3D"), "rmc4": (1, 0, "2D 2D 3D 3D"), "rmc5": (1, 0, "2D 2D 2D 3D"),
    "r3d": (3, 1, "3D 3D 3D 3D"), "r2plus1d": (None, None, "(2+1)D (2+1)D (2+1)D (2+1)D"),
}


class Family(torch.nn.Module):
    """A network of the paper with the given widths; (2+1)D with the authors' middle width of each convolution."""

    def __init__(self, name, depth, widths, classes, eps):
        super().__init__()
        frames, padding, kinds = FAMILY[name]
        if frames is None:
            self.stem = torch.nn.Sequential(
                torch.nn.Conv3d(3, 45, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), torch.nn.BatchNorm3d(45), torch.nn.ReLU(),
                torch.nn.Conv3d(45, widths[0], (3, 1, 1), 1, (1, 0, 0), bias=False), torch.nn.BatchNorm3d(widths[0]), torch.nn.ReLU())
        else:
            self.stem = torch.nn.Sequential(
                torch.nn.Conv3d(3, widths[0], (frames, 7, 7), (1, 2, 2), (padding, 3, 3), bias=False),
                torch.nn.BatchNorm3d(widths[0]), torch.nn.ReLU())
        for n, (kind, blocks) in enumerate(zip(kinds.split(), {18: [2, 2, 2, 2], 34: [3, 4, 6, 3]}[depth])):
            layer = []
            for b in range(blocks):
                i, o = widths[n] if b == 0 else widths[n + 1], widths[n + 1]
                mids = [27 * c * o // (9 * c + 3 * o) for c in (i, o)] if kind == "(2+1)D" else None
                layer.append(Block(kind, i, o, 2 if b == 0 and n > 0 else 1, mids))
            setattr(self, f"layer{n + 1}", torch.nn.Sequential(*layer))
        self.fc = torch.nn.Linear(widths[4], classes)
        for module in self.modules():
            if isinstance(module, torch.nn.BatchNorm3d):
                module.eps = eps

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(x.mean((2, 3, 4)))


def steps(model, x):
    """Activations by the names of the plan's steps."""
    found = {}
    x = model.stem(x)
    found["stem"] = x
    for n in range(1, 5):
        for b, block in enumerate(getattr(model, f"layer{n}")):
            name = f"layer{n}.{b}"
            y = block.conv1(x)
            found[f"{name}.conv1"] = y
            if block.downsample is not None:
                found[f"{name}.downsample"] = block.downsample(x)
            x = block(x)
            found[f"{name}.conv2"] = x
    features = model.avgpool(x).flatten(1)
    return found, features, model.fc(features)


def rounded(values):
    return [float(f"{v:.7g}") for v in values.flatten().tolist()]


def main():
    out = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent / "networks.json")
    golden = {"narrow": [], "r2plus1d_18": [], "ig65m": [], "family": []}
    with torch.no_grad():
        widths = [20, 20, 24, 40, 48]
        model = fill(narrow(widths, 11))
        for frames in (8, 16, 32):
            found, features, logits = steps(model, window(frames))
            golden["narrow"].append({
                "frames": frames, "widths": widths, "classes": 11, "logits": rounded(logits), "features": rounded(features),
                "steps": [{"name": name, "shape": list(x.shape[1:]), "every": (every := max(1, x.numel() // 40 | 1)),
                           "values": rounded(x.flatten()[::every])} for name, x in found.items()]})
        model = fill(resnet.r2plus1d_18(weights=None))
        for frames in (8, 16):
            golden["r2plus1d_18"].append({"frames": frames, "logits": rounded(model(window(frames)))})
        # The shapes of ig65m's checkpoints: 34 layers, full width, BatchNorm's epsilon of the authors' code.
        model = fill(Family("r2plus1d", 34, [64, 64, 128, 256, 512], 487, 1e-3))
        golden["ig65m"].append({"frames": 8, "classes": 487, "eps": 1e-3, "logits": rounded(model(window(8)))})
        widths = [16, 16, 32, 40, 48]
        for name, depth in [(n, 18) for n in FAMILY] + [("r3d", 34), ("r2plus1d", 34)]:
            eps = 1e-3 if depth == 34 else 1e-5
            model = fill(Family(name, depth, widths, 5, eps))
            golden["family"].append({"name": f"{name}_{depth}", "eps": eps, "widths": widths, "shapes": {
                k: list(v.shape) for k, v in model.state_dict().items() if v.dim() > 0}, "logits": rounded(model(window(16)))})
    out.write_text(json.dumps(golden, separators=(",", ":")))


if __name__ == "__main__":
    main()
