#!/usr/bin/env python3
"""Writes the small checkpoints that CheckpointTests reads, into the folder `checkpoints` beside this script.

Needs torch and safetensors (made with torch 2.13, safetensors 0.8, NumPy 2); the bytes come out the same every time. Every file that is
not `strided*`, `integers*`, `unread-*`, a stranger or hostile holds the same five tensors, whose elements follow from a formula (`elements`), so that the tests need no
expected values on disk. All of them are exact in every type used.
"""
import argparse
import collections
import datetime
import enum
import functools
import pathlib
import pickle
import shutil
import struct
import types
import warnings
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy
import torch
import torch.distributed.checkpoint
from safetensors.torch import save_file

OUT = Path(__file__).parent / "checkpoints"
SHAPES = {
    "stem.0.weight": [4, 3, 1, 2, 2],
    "stem.1.running_var": [4],
    "stem.1.num_batches_tracked": [],
    "fc.weight": [2, 4],
    "fc.bias": [2],
}


def elements(shape, salt, dtype=torch.float32):
    count = torch.Size(shape).numel()
    return (((torch.arange(count) * 37 + salt * 11) % 251 - 125).to(torch.float32) / 16).reshape(shape).to(dtype)


def state(dtype=torch.float32, prefix=""):
    """The five tensors; the counter stays an int64, as in every state dict."""
    tensors = OrderedDict()
    for salt, (name, shape) in enumerate(SHAPES.items()):
        counter = name.endswith("num_batches_tracked")
        tensors[prefix + name] = torch.tensor(7) if counter else elements(shape, salt, dtype)
    return tensors


def strided():
    """Views: transposed, sliced from the middle, every other one, a permutation of four axes, repeated, empty, and all in one storage."""
    base = elements([6, 8], 0)
    volume = elements([2, 3, 4, 5], 1)
    return OrderedDict(
        transposed=base.t(), sliced=base[1:4, 2:7], stepped=base[::2, ::3], permuted=volume.permute(3, 0, 2, 1),
        repeated=elements([1], 2).expand(3, 4), empty=base[:0], column=base[:, 3], whole=base)


def integers():
    types = dict(int8=torch.int8, uint8=torch.uint8, int16=torch.int16, int32=torch.int32, int64=torch.int64, bool=torch.bool)
    return OrderedDict((name, torch.tensor([0, 1, 2, 100]).to(dtype)) for name, dtype in types.items())


class fixed_storage_keys:
    """The legacy container names storages after their addresses; here after the order in which they are met."""

    def __enter__(self):
        met = {}
        torch.UntypedStorage._cdata = property(lambda s: 94000000000000 + met.setdefault(s.data_ptr(), len(met)))

    def __exit__(self, *_):
        del torch.UntypedStorage._cdata


def save(value, name, legacy=False, protocol=2):
    with fixed_storage_keys():
        torch.save(value, OUT / name, _use_new_zipfile_serialization=not legacy, pickle_protocol=protocol)


def rewrite_zip(source, target, change, method=zipfile.ZIP_STORED):
    """`source` with the data of every entry given to `change(name, data)`."""
    with zipfile.ZipFile(OUT / source) as old, zipfile.ZipFile(OUT / target, "w", method) as new:
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename)
            new.writestr(info, change(entry.filename, old.read(entry)), method)


def big_endian():
    """What torch.save writes on a big-endian machine (s390x): the same archive, every element turned round."""
    sizes = {f"big-endian/data/{i}": 8 if n.endswith("tracked") else 4 for i, n in enumerate(SHAPES)}

    def change(name, data):
        if name.endswith("byteorder"):
            return b"big"
        size = sizes.get(name)
        return data if size is None else b"".join(data[i:i + size][::-1] for i in range(0, len(data), size))

    save(state(), "big-endian.pth")
    rewrite_zip("big-endian.pth", "big-endian.tmp", change)
    (OUT / "big-endian.tmp").replace(OUT / "big-endian.pth")


def python2():
    """The legacy container as Python 2 wrote it, without the counter: byte strings, an OrderedDict made of a list of pairs, storages with views."""
    def text(s):
        return b"U" + bytes([len(s)]) + s.encode()

    def integer(n):
        return b"K" + bytes([n]) if n < 256 else b"M" + struct.pack("<H", n)

    body, data, keys = [b"\x80\x02ccollections\nOrderedDict\n](" ], b"", []
    for salt, (name, shape) in enumerate(SHAPES.items()):
        if name.endswith("tracked"):
            continue
        tensor, key = elements(shape, salt), str(50000 + salt)
        stride = tensor.stride()
        count = tensor.numel()
        # Three elements before the view and two behind it.
        body += [b"](", text(name), b"ctorch._utils\n_rebuild_tensor\n((", text("storage"), b"ctorch\nFloatStorage\n", text(key), text("cpu"),
                 integer(count + 5), b"(", text(key + "v"), integer(3), integer(count), b"ttQ", integer(0), b"(", *map(integer, shape), b"t(",
                 *map(integer, stride), b"ttRe"]
        keys.append(key)
        data += struct.pack("<q", count + 5) + b"\xff" * 12 + tensor.numpy().tobytes() + b"\xff" * 8
    body.append(b"e\x85R}" + text("_metadata") + b"}sb.")
    head = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."
    info = b"\x80\x02}(" + text("protocol_version") + b"M\xe9\x03" + text("little_endian") + b"\x89u."
    (OUT / "python2.pth").write_bytes(head + info + b"".join(body) + b"\x80\x02](" + b"".join(map(text, keys)) + b"e." + data)


class Program(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(x)


def torchscript():
    """A program of torch.jit.save, less the places in this file's and torch's source that it was made from."""
    with torch.no_grad():
        program = Program()
        for parameter, values in zip(program.parameters(), (elements([2, 4], 3), elements([2], 4))):
            parameter.copy_(values)
    torch.jit.save(torch.jit.script(program), OUT / "torchscript.tmp")
    with zipfile.ZipFile(OUT / "torchscript.tmp") as old, zipfile.ZipFile(OUT / "torchscript.pth", "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith((".debug_pkl", ".data/serialization_id")):
                name = "torchscript/" + entry.filename.split("/", 1)[1]
                new.writestr(zipfile.ZipInfo(name), old.read(entry), zipfile.ZIP_STORED)
    (OUT / "torchscript.tmp").unlink()
    assert torch.jit.load(OUT / "torchscript.pth")(torch.ones(4)).shape == (2,)


class Attack:
    """What a hostile file does on loading."""

    def __reduce__(self):
        import os
        return os.system, ("echo this must not run",)


def hostile():
    for protocol in range(6):
        (OUT / f"attack-{protocol}.pkl").write_bytes(pickle.dumps(Attack(), protocol))
    save({"state_dict": state(), "hook": Attack()}, "attack.pth")
    save({"state_dict": state(), "hook": Attack()}, "attack-legacy.pth", legacy=True)
    rewrite_zip("zip.pth", "deflated.pth", lambda _, data: data, zipfile.ZIP_DEFLATED)


class Colour(enum.Enum):
    RED = 1


class Settings:
    """A class that only this script knows, with one inside it, a method and a member that leads back."""

    class Mode(enum.Enum):
        FAST = 1

    def __init__(self):
        self.mode = Settings.Mode.FAST
        self.method = self.scale
        self.itself = self

    def scale(self):
        pass

    @staticmethod
    def anneal():
        pass


class Sized:
    """What takes named arguments when it is made anew."""

    def __new__(cls, *, size):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"size": 3}


class Configuration(dict):
    pass


class Labelled(torch.Tensor):
    pass


def beside():
    """What training scripts keep beside the weights, one value of a kind."""
    parameter = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.SGD([parameter], 0.1)
    itself = []
    itself.append((itself,))
    return {
        "counter": collections.Counter("abca"), "defaultdict": collections.defaultdict(list, a=[1]), "set": {1, 2}, "frozenset": frozenset("ab"),
        "deque": collections.deque([1, 2], 3), "complex": 1 + 2j, "time": datetime.datetime(2026, 11, 27, 20, 0, tzinfo=datetime.timezone.utc),
        "span": datetime.timedelta(1), "path": pathlib.PosixPath("/a/b"), "pure path": pathlib.PurePosixPath("a"),
        "numpy": [numpy.float64(1.5), numpy.int64(3), numpy.arange(3.0), numpy.array(["a", None], object), numpy.dtype("f4")],
        "random": numpy.random.RandomState(1).get_state()[0], "namespace": argparse.Namespace(lr=0.1, inner=argparse.Namespace(a=1)),
        "size": torch.Size([1, 2]), "dtype": torch.bfloat16, "unread dtype": torch.float8_e4m3fn, "device": torch.device("cpu"),
        "enum": Colour.RED, "settings": Settings(), "static": Settings.anneal, "sized": Sized(size=3), "dict": Configuration(a=1),
        "partial": functools.partial(torch.nn.LayerNorm, eps=1e-6), "simple": types.SimpleNamespace(a=1), "slice": slice(1, 2), "range": range(3),
        "bytes": b"abc", "bytearray": bytearray(b"abc"), "class": torch.nn.Linear, "function": torch.nn.functional.relu, "error": ValueError("x"),
        "itself": itself, "ellipsis": ..., "schedule": torch.optim.lr_scheduler.MultiStepLR(optimizer, [20, 30]).state_dict(),
        "module": torch.nn.Linear(1, 1, dtype=torch.float16), "sparse": torch.eye(2).to_sparse(), "float8": torch.ones(2).to(torch.float8_e5m2),
        "complex tensor": torch.ones(2, dtype=torch.complex64), "optimizer": optimizer.state_dict()}


def negated(tensors, view=torch._neg_view):
    """Each real tensor as a view with torch's negative bit: the file holds the numbers with the other sign."""
    def negative(tensor):
        return view(-tensor) if tensor.is_floating_point() else tensor

    return OrderedDict((name, negative(tensor)) for name, tensor in tensors.items())


def imaginary(tensor):
    """A view whose numbers lie two apart, each with the other sign."""
    return torch.complex(torch.zeros_like(tensor), tensor).conj().imag


def wrapped():
    """Today's trainers: prefixes, wrappers, weights beside others, and tensors that are no weights."""
    save(state(prefix="module._orig_mod."), "compiled.pth")
    save(state(prefix="_orig_mod.module."), "compiled-legacy.pth", legacy=True)
    save_file(state(prefix="student.backbone."), OUT / "student.safetensors")
    save({"args": argparse.Namespace(), "outer": [{"net": {"weights": state(prefix="model.")}}]}, "nested.pth")
    save(collections.defaultdict(dict, model_ema={**state(prefix="module."), "n_averaged": torch.tensor(7)}), "averaged.pth")
    half = {name: tensor / 2 if tensor.is_floating_point() else tensor for name, tensor in state().items()}
    pair = {"model_ema": {**{"module." + name: tensor for name, tensor in half.items()}, "n_averaged": torch.tensor(7)}, "model": state(), "epoch": 3}
    save(pair, "pair.pth")
    lightning = {"epoch": 1, "state_dict": {**{"ema_model." + name: tensor for name, tensor in half.items()}, **state(prefix="model."),
                                            "criterion.weight": torch.ones(3), "model.aux.scale": torch.ones(2).to(torch.float8_e4m3fn)},
                 "hyper_parameters": {"lr": 0.1}, "temperature": torch.ones(1)}
    save(lightning, "lightning.ckpt")


def kinds():
    """Tensors in every form that reads as the same, and those that do not read."""
    save(negated(state()), "negative.pth")
    save(negated(state(), imaginary), "negative-legacy.pth", legacy=True)
    for name, dtype in dict(half=torch.half, bfloat16=torch.bfloat16, double=torch.double).items():
        save(negated(state(dtype)), f"negative-{name}.pth")
    attributes = state()
    attributes["fc.bias"] = attributes["fc.bias"].as_subclass(Labelled)
    attributes["fc.weight"] = torch.nn.Parameter(attributes["fc.weight"])
    attributes["fc.weight"].origin = "here"
    attributes["stem.1.running_var"] = torch.nn.Buffer(attributes["stem.1.running_var"]).conj()
    save(attributes, "attributes.pth")
    unread = dict(float8=lambda t: t.to(torch.float8_e4m3fn), complex=lambda t: t.to(torch.complex64), sparse=torch.Tensor.to_sparse,
                  quantized=lambda t: torch.quantize_per_tensor(t, 0.0625, 0, torch.qint8), meta=lambda t: t.to("meta"))
    for name, change in unread.items():
        save({**state(), "fc.bias": change(state()["fc.bias"])}, f"unread-{name}.pth")
    save({**state(), "fc.bias": torch.ones(2, dtype=torch.complex128)}, "unread-complex-legacy.pth", legacy=True)
    save({**state(), "fc.bias": state()["fc.bias"].tolist()}, "unread-list.pth")
    save({**state(), "fc.bias": state()["fc.bias"].numpy()}, "unread-array.pth")


def strangers():
    """What people take for a checkpoint."""
    whole = torch.nn.Sequential(OrderedDict(stem=Program(), fc=torch.nn.Linear(1, 1)))
    for parameter in whole.parameters():
        torch.nn.init.zeros_(parameter)
    save(whole, "whole.pth")
    save({"model": whole, "epoch": 3}, "whole-legacy.pth", legacy=True)
    folder = OUT / "distributed"
    torch.distributed.checkpoint.save({"model": state(), "epoch": 3}, checkpoint_id=folder)
    (folder / ".metadata").replace(OUT / "distributed.metadata")
    (folder / "__0_0.distcp").replace(OUT / "distributed.shard")
    shutil.rmtree(folder)
    # Of an exported program, the entries alone: what they hold depends on the version of torch.
    torch.export.save(torch.export.export(Program(), (torch.ones(1, 4),)), OUT / "exported.tmp.pt2")
    with zipfile.ZipFile(OUT / "exported.tmp.pt2") as old, zipfile.ZipFile(OUT / "exported.pt2", "w") as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo("exported/" + entry.filename.split("/", 1)[1]), b"", zipfile.ZIP_STORED)
    (OUT / "exported.tmp.pt2").unlink()


def main():
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    save(state(), "zip.pth")
    save(state(), "legacy.pth", legacy=True)
    save_file(state(), OUT / "plain.safetensors", {"format": "pt", "labels": "a\nb"})
    for name, dtype in dict(half=torch.half, bfloat16=torch.bfloat16, double=torch.double).items():
        save(state(dtype), f"{name}.pth")
        save(state(dtype), f"{name}-legacy.pth", legacy=True)
        save_file(state(dtype), OUT / f"{name}.safetensors")
    for key in ["state_dict", "model_state", "model_state_dict", "model"]:
        save({"epoch": 3, key: state(), "loss": 0.25, "note": None, "best": True}, f"wrapped-{key}.pth")
    weights = torch.nn.Parameter(elements([2], 9))
    optimizer = torch.optim.SGD([weights], lr=0.1, momentum=0.9)
    weights.grad = torch.ones(2)
    optimizer.step()
    training = {"model": "r2plus1d", "epoch": 12, "big": 1 << 80, "negative": -5, "history": [(1, 0.5), (2, 0.25)], "size": torch.Size([1, 2]),
                "device": torch.device("cpu"), "dtype": torch.float16, "optimizer": optimizer.state_dict(),
                "state_dict": {"model_state": state(prefix="module.")}}
    for protocol in [2, 3, 4, 5]:
        save(training, f"training-{protocol}.pth", protocol=protocol)
    for protocol in [1, 2, 4]:
        save(training, f"training-{protocol}-legacy.pth", legacy=True, protocol=protocol)
    save(OrderedDict((k, torch.nn.Parameter(v) if v.is_floating_point() else v) for k, v in state().items()), "parameters.pth")
    save(strided(), "strided.pth")
    save(strided(), "strided-legacy.pth", legacy=True)
    save(integers(), "integers.pth")
    save_file(integers(), OUT / "integers.safetensors")
    big_endian()
    python2()
    torchscript()
    hostile()
    # The legacy container has the source of a module's class; here less of it, and not where this machine keeps it.
    torch.serialization.get_source_lines_and_file = lambda cls: (["class Module: ...\n"], 1, "module.py")
    for protocol in [2, 4]:
        save({"before": beside(), "model": state()}, f"beside-{protocol}.pth", protocol=protocol)
    save({"model": state(), "after": beside()}, "beside-2-legacy.pth", legacy=True)
    wrapped()
    kinds()
    strangers()


if __name__ == "__main__":
    main()
