#!/usr/bin/env python3
"""Trains the camera-motion network on cached clips and writes camera-motion.safetensors.

  train.py WORK [--output FILE] [--coarse STEPS] [--fine STEPS] [--again STEPS] [--resume]

Coarse steps see the clips at 56 pixels, easy ones first; fine steps see them at 112, from two thirds of the cosine on only the hardest. Everything is counted in steps and
seeded, so that a run that is interrupted (and continued with --resume) or slowed down by its neighbours ends with the same recipe.
"""
import argparse
import copy
import hashlib
import math
import os
import pathlib
import subprocess
import tempfile
import time

import cv2
import numpy as np
import torch
import torch.distributed as dist
from torch.nn import functional as F

import scenes
from network import Network

MEAN, STD = torch.tensor([0.43216, 0.394666, 0.37645]), torch.tensor([0.22803, 0.22145, 0.216989])
MIRRORED = [0, 2, 1, 3, 4, 5, 6, 8, 7]       # left and right swapped
UPENDED = [0, 1, 2, 4, 3, 5, 6, 8, 7]        # up and down swapped
TRANSPOSED = [0, 3, 4, 1, 2, 5, 6, 8, 7]     # x and y swapped
REVERSED = [0, 2, 1, 4, 3, 6, 5, 8, 7]       # time run backwards


class Clips:
    """The cache of one side, mapped from disk."""

    def __init__(self, folder, side, count=None):
        names = sorted(folder.glob(f"{side}-*.npz"))[:count]
        self.shards = [np.load(name.with_suffix(".npy"), mmap_mode="r") for name in names]
        self.rows = np.concatenate([np.load(name)["rows"] for name in names])
        self.length = len(self.shards[0])

    def __getitem__(self, index):
        return self.shards[index // self.length][index % self.length]


class Muon(torch.optim.Optimizer):
    """Momentum whose update of a layer, as a matrix [outputs, inputs · taps], is made orthogonal: Muon (Jordan et al. 2024).

    BatchNorm follows every layer, so that only a weight's direction counts. Weights are held at the norm of an orthogonal matrix,
    and the rate is the part of it that a step turns.
    """

    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                mean = self.state[p].setdefault("mean", torch.zeros_like(p)).lerp_(p.grad, 1 - group["momentum"])
                update = orthogonal(p.grad.lerp(mean, group["momentum"]).flatten(1))
                p.mul_(math.sqrt(len(p)) / p.norm()).sub_(update.view_as(p), alpha=group["lr"])


def orthogonal(x, steps=5):
    """The matrix with orthonormal rows or columns that lies nearest, nearly: Newton and Schulz's iteration with Jordan's coefficients."""
    x = x / (x.norm() + 1e-12)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    for _ in range(steps):
        square = x @ x.T
        x = 3.4445 * x + (-4.775 * square + 2.0315 * square @ square) @ x
    return x.T if tall else x


NOISE = torch.from_numpy(np.random.default_rng(3).standard_normal(3_000_000, dtype=np.float32))


MASKS = [scenes.shape(rng) for rng in map(np.random.default_rng, range(1000, 1150))]


def crossed(rng, clip, other):
    """The clip with something that crosses it by itself: a mask filled with a piece of another clip's picture, over 3 to 50 % of the crop."""
    mask = MASKS[rng.integers(len(MASKS))]
    side = len(mask)
    size = int(rng.integers(30, scenes.SIDE))
    x, y = rng.integers(0, scenes.SIDE - size + 1, 2)
    filling = cv2.resize(other[y:y + size, x:x + size], (side, side), interpolation=cv2.INTER_LINEAR)
    covered = rng.uniform(0.03, 0.25) if rng.uniform() < 0.6 else rng.uniform(0.15, 0.5)
    scale = scenes.SIDE / side * math.sqrt(covered / mask.mean())
    place = scenes.SIDE * (0.5 + rng.uniform(-0.35, 0.35, 2))
    heading, pace = rng.uniform(0, 2 * np.pi), (171 * scenes.loguniform(rng, 0.003, 0.08) if rng.uniform() < 0.85 else 0.0)
    step = pace * np.array([np.cos(heading), np.sin(heading)])
    growth, spin = (rng.normal(0, 0.03) if rng.uniform() < 0.35 else 0.0 for _ in range(2))
    turned = rng.uniform(-0.5, 0.5)
    out = np.empty(clip.shape, np.uint8)
    for t, (picture, result) in enumerate(zip(clip, out)):
        t -= (scenes.SAMPLES - 1) / 2
        angle, zoom = turned + spin * t, scale * math.exp(growth * t)
        c, s = zoom * math.cos(angle), zoom * math.sin(angle)
        turn = np.array([[c, -s], [s, c]])
        move = np.column_stack([turn, place + step * t - turn @ [side / 2, side / 2]])
        shown, alpha = (cv2.warpAffine(layer, move, (scenes.SIDE, scenes.SIDE), flags=cv2.INTER_LINEAR) for layer in (filling, mask))
        result[:] = picture + alpha[..., None] * (shown.astype(np.float32) - picture) + np.float32(0.5)
    return out


def batch(clips, chosen, rng, side):
    """Augmented network input [n, 8, side, side, 3] in bfloat16, labels, and velocities."""
    pictures, labels, velocities = [], [], []
    for index in chosen:
        row = clips.rows[index]
        label, velocity = int(row[0]), row[6:10].copy()
        clip = clips[index]
        if row[3] == 0 and rng.uniform() < 0.4 * row[5]:
            clip = crossed(rng, clip, clips[int(rng.integers(len(clips.rows)))][int(rng.integers(scenes.SAMPLES))])
        if rng.uniform() < 0.5:
            clip, label, velocity = clip[:, :, ::-1], MIRRORED[label], velocity * [-1, 1, 1, -1]
        if rng.uniform() < 0.5:
            clip, label, velocity = clip[:, ::-1], UPENDED[label], velocity * [1, -1, 1, -1]
        if rng.uniform() < 0.5:
            clip, label, velocity = clip.transpose(0, 2, 1, 3), TRANSPOSED[label], velocity[[1, 0, 2, 3]] * [1, 1, 1, -1]
        if rng.uniform() < 0.5:
            clip, label, velocity = clip[::-1], REVERSED[label], -velocity
        pictures.append(torch.from_numpy(np.ascontiguousarray(clip)))
        labels.append(label)
        velocities.append(velocity)
    x = torch.stack(pictures).float()
    if side < scenes.SIDE:
        n, t = x.shape[:2]
        x = F.avg_pool2d(x.flatten(0, 1).permute(0, 3, 1, 2), scenes.SIDE // side).permute(0, 2, 3, 1).reshape(n, t, side, side, 3)
    n = len(x)
    k = np.arange(scenes.SAMPLES) - 3.5
    gain = np.exp(rng.normal(0, 0.2, (n, 1, 1)) + rng.normal(0, 0.1, (n, 1, 3)))
    drift = 1 + rng.normal(0, 0.02, (n, 1, 1)) * (rng.uniform(size=(n, 1, 1)) < 0.5) * k[None, :, None] + rng.normal(0, 0.02, (n, 8, 1)) * (rng.uniform(size=(n, 1, 1)) < 0.2)
    offset = rng.normal(0, 14, (n, 1, 1)) + rng.normal(0, 5, (n, 1, 3))
    x = x * torch.from_numpy(gain * drift).float()[:, :, None, None] + torch.from_numpy(offset).float()[:, :, None, None]
    sigma = rng.uniform(-5, 12, n).clip(0)
    for i in np.nonzero(sigma)[0]:
        at = int(rng.integers(0, len(NOISE) - x[i].numel()))
        x[i].add_(NOISE[at:at + x[i].numel()].view(x[i].shape), alpha=float(sigma[i]))
    x.clamp_(0, 255)
    for i in np.nonzero(rng.uniform(size=n) < 0.04)[0]:  # black bars
        bar = int(rng.integers(1, side // 8))
        if rng.uniform() < 0.5:
            x[i, :, :bar] = 0
            x[i, :, side - bar:] = 0
        else:
            x[i, :, :, :bar] = 0
            x[i, :, :, side - bar:] = 0
    x = (x / 255 - MEAN) / STD
    return x.bfloat16(), torch.tensor(labels), squashed(np.array(velocities))


def squashed(velocities):
    """Velocities on a scale where slow differs from still and fast from slow: asinh of multiples of 0.3 % of the width."""
    return torch.from_numpy(np.arcsinh(velocities * [1, 1, scenes.RADIUS, scenes.RADIUS] / 0.003)).float()


@torch.no_grad()
def evaluate(model, clips, limit=2000):
    """Accuracy over all, and a line of parts."""
    model.eval()
    rows, guesses = clips.rows[:limit], []
    for start in range(0, len(rows), 50):
        x = torch.stack([torch.from_numpy(np.ascontiguousarray(clips[i])) for i in range(start, min(start + 50, len(rows)))])
        guesses.append(model(((x.float() / 255 - MEAN) / STD).bfloat16())[0].argmax(1).numpy())
    model.train()
    right, label, speed = np.concatenate(guesses) == rows[:, 0], rows[:, 0], rows[:, 1]
    pan, zoom, roll = (label >= 1) & (label <= 4), (label == 5) | (label == 6), label >= 7
    parts = {"static": label == 0, "pan<5%": pan & (speed <= 0.05), "pan>5%": pan & (speed > 0.05), "zoom.8-3": zoom & (speed >= 0.008) & (speed <= 0.03), "zoom<.8": zoom & (speed < 0.008),
             "roll.3-4": roll & (np.degrees(speed) >= 0.3) & (np.degrees(speed) <= 4), "obj<.12": (rows[:, 3] > 0) & (rows[:, 3] < 0.12), "obj.12-.25": (rows[:, 3] >= 0.12) & (rows[:, 3] < 0.25),
             "obj>.25": rows[:, 3] >= 0.25, "depth": rows[:, 2] > 0, "flat": rows[:, 2] == 0, "flat-free": (rows[:, 2] == 0) & (rows[:, 3] == 0)}
    return right.mean(), "  ".join(f"{name} {right[part].mean():.3f}({part.sum()})" for name, part in parts.items() if part.any())


def part_of_rate(step, cosine, total):
    """Of its peak: up over 100 steps and down a cosine to 2 %, then down a line from a fifth to 0.2 %."""
    if step < cosine:
        return min(1.0, (step + 1) / 100) * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * step / cosine)))
    return max(0.002, 0.2 * (total - step) / (total - cosine))


def save(model, path):
    from safetensors.torch import save_file
    state = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in model.state_dict().items() if not name.startswith("velocity.") and not name.endswith("num_batches_tracked")}
    for name in list(state):
        if "running_" in name:  # small, and a variance may not fit half precision
            state[name] = model.state_dict()[name].detach().float().contiguous()
    here = pathlib.Path(__file__).parent
    commit = subprocess.run(["git", "-C", str(here), "log", "-1", "--format=%H", "--", "."], capture_output=True, text=True).stdout.strip()
    digest = hashlib.sha256(b"".join((here / name).read_bytes() for name in ("pictures.py", "scenes.py", "render.py", "network.py", "train.py"))).hexdigest()
    depth = 2 + 2 * sum(len(getattr(model, f"layer{i}")) for i in range(1, 5))
    save_file(state, path, metadata={
        "architecture": f"r2plus1d_{depth}", "classes": "\n".join(scenes.CLASSES), "frames": "8", "fps": "15", "batch_norm_eps": "1e-05",
        "mean": "0.43216 0.394666 0.37645", "std": "0.22803 0.22145 0.216989", "training_commit": commit or "uncommitted", "training_sha256": digest})
    os.chmod(path, 0o644)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "camera-motion.safetensors")
    parser.add_argument("--coarse", type=int, default=800), parser.add_argument("--fine", type=int, default=5600)
    parser.add_argument("--again", type=int, default=700, help="fine steps after the cosine's")
    parser.add_argument("--turn", type=float, default=0.05, help="Muon's rate, for convolutions"), parser.add_argument("--rate", type=float, default=3e-3, help="AdamW's, for the rest")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default="run"), parser.add_argument("--resume", action="store_true")
    parser.add_argument("--first", type=int, default=14, help="files of clips that the coarse steps use")
    parser.add_argument("--stem", type=int, default=16), parser.add_argument("--workers", type=int, default=2, help="processes of one thread; each takes a part of every batch")
    parser.add_argument("--widths", type=int, nargs=4, default=[16, 32, 64, 128]), parser.add_argument("--middles", type=int, nargs=4, default=[16, 48, 96, 160])
    parser.add_argument("--blocks", type=int, nargs=4, default=[1, 1, 1, 1])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    meeting = tempfile.mktemp(prefix="camera_motion")
    rank, workers = 0, arguments.workers
    while rank < workers - 1 and os.fork() == 0:  # each child forks the next
        rank += 1
    if workers > 1:
        dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=workers)
    clips = Clips(arguments.work / "cache", "train")
    model = Network(len(scenes.CLASSES), arguments.stem, arguments.widths, arguments.middles, arguments.blocks).train()
    average = copy.deepcopy(model).eval()
    parameters = list(model.parameters())
    heads, others = [model.fc.weight, model.velocity.weight], [p for p in parameters if p.ndim == 1]
    optimizers = [Muon([p for p in parameters if p.ndim > 2], lr=arguments.turn, momentum=0.9),
                  torch.optim.AdamW([{"params": heads, "weight_decay": 0.03}, {"params": others, "weight_decay": 0}], lr=arguments.rate, betas=(0.9, 0.98))]
    cosine = arguments.coarse + arguments.fine
    total = cosine + arguments.again
    state_file = arguments.work / f"{arguments.name}.pt"
    step = 0
    if arguments.resume and state_file.exists():
        state = torch.load(state_file, weights_only=False)
        model.load_state_dict(state["model"]), average.load_state_dict(state["average"])
        for optimizer, saved in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        step = state["step"]
    groups = [group for optimizer in optimizers for group in optimizer.param_groups]
    for group in groups:
        group.setdefault("peak", group["lr"])
    if rank == 0:
        print(f"{len(clips.rows)} clips, {sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    few = np.arange(min(arguments.first * clips.length, len(clips.rows)))
    easy = few[np.argsort(clips.rows[few, 5], kind="stable")]
    hardest = np.nonzero(clips.rows[:, 5] >= 0.8)[0]
    begun, cpu, losses, hits = time.time(), time.process_time(), [], []
    while step < total:
        coarse = step < arguments.coarse
        rng = np.random.default_rng([arguments.seed, 1, step, rank])
        reach = min(1.0, 0.3 + step / max(1, arguments.coarse) * 0.9) if coarse else 1.0
        if coarse:
            chosen = easy[rng.integers(0, int(len(easy) * reach), 64 // workers)]
        else:
            chosen = rng.integers(0, len(clips.rows), 32 // workers) if 3 * step < 2 * cosine else rng.choice(hardest, 32 // workers)
        x, labels, velocities = batch(clips, chosen, rng, 56 if coarse else 112)
        for group in groups:
            group["lr"] = group["peak"] * part_of_rate(step, cosine, total)
        logits, speeds = model(x)
        loss = F.cross_entropy(logits, labels, label_smoothing=0.04) + 0.3 * F.smooth_l1_loss(speeds, velocities)
        model.zero_grad(set_to_none=True)
        loss.backward()
        if workers > 1:
            shared = torch.cat([p.grad.reshape(-1) for p in parameters])
            dist.all_reduce(shared)
            for p, part in zip(parameters, shared.div_(workers).split([p.numel() for p in parameters])):
                p.grad = part.view_as(p)
        torch.nn.utils.clip_grad_norm_(parameters, 2.0)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        if rank:
            continue
        decay = min(0.998, 1 - 1 / (1 + step / 8))
        with torch.no_grad():
            for ours, theirs in zip(average.state_dict().values(), model.state_dict().values()):
                if ours.dtype.is_floating_point:
                    ours.lerp_(theirs, 1 - decay)
        losses.append(loss.item()), hits.append((logits.argmax(1) == labels).float().mean().item())
        if step % 50 == 0:
            print(f"{step}/{total}  loss {np.mean(losses):.3f}  right {np.mean(hits):.3f}  {time.time() - begun:.0f} s  cpu {time.process_time() - cpu:.0f} s", flush=True)
            losses, hits = [], []
        if step % 200 == 0 or step == total:
            torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizers": [optimizer.state_dict() for optimizer in optimizers], "step": step}, state_file)
        if (step % 500 == 0 and not coarse) or step == total:
            accuracy, parts = evaluate(average, Clips(arguments.work / "cache", "validation"), 2000 if step == total else 800)
            print(f"validation {accuracy:.4f}  {parts}", flush=True)
            save(average, arguments.output)


if __name__ == "__main__":
    main()
