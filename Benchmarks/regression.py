"""Our logistic regression beside scikit-learn's lbfgs: the same features, penalty and gradient, threads equal.

    swift build -c release -Xswiftc -enable-testing --build-tests
    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1
    venv/bin/python Benchmarks/regression.py [--rounds 5] [--threads 2] [--c 1] [--tolerance 1e-4]

Features are made as a network's are: some latent causes, mixed, noisy and cut off at 0. Both sides get them
standardised (ours does it on the fly). Rounds alternate; each fit is a process of its own. "Growth" is the peak of
the resident memory during the fit over what it was with the features loaded: in float64 for scikit-learn, in float32 for
us, who compute in double too. The gradient is the largest part of that of the mean loss and penalty, computed by numpy
at both solutions.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def make(folder, rows, features, classes):
    import numpy as np

    random = np.random.default_rng(20261128)
    latent = 64
    centres = random.normal(0, 1, (classes, latent))
    y = random.integers(0, classes, rows).astype(np.int32)
    z = centres[y] + 1.2 * random.normal(0, 1, (rows, latent))
    x = z @ random.normal(0, 1, (latent, features)) / latent**0.5 + 0.3 * random.normal(0, 1, (rows, features))
    np.maximum(x, 0).astype(np.float32).tofile(folder / "x.f32")
    y.tofile(folder / "y.i32")


def status(name):
    for line in open("/proc/self/status"):
        if line.startswith(name):
            return int(line.split()[1])


def load(folder, task):
    import numpy as np

    x = np.fromfile(folder / "x.f32", np.float32).reshape(task["rows"], task["features"])
    return x, np.fromfile(folder / "y.i32", np.int32)


def theirs(folder):
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    task = json.loads((folder / "task.json").read_text())
    x, y = load(folder, task)
    x = StandardScaler().fit_transform(x.astype(np.float64))
    model = LogisticRegression(C=task["c"], tol=task["tolerance"], max_iter=5000, solver="lbfgs")
    # What is allocated once by a first fit is not counted.
    LogisticRegression(max_iter=1).fit(x[:1000], y[:1000])
    open("/proc/self/clear_refs", "w").write("5")
    before, start = status("VmRSS"), time.perf_counter()
    model.fit(x, y)
    seconds = time.perf_counter() - start
    result = {
        "seconds": seconds, "growthKiB": status("VmHWM") - before, "iterations": int(model.n_iter_[0]),
        "gradient": gradient(x, y, model.coef_, model.intercept_, task["c"]),
    }
    (folder / "theirs.json").write_text(json.dumps(result))


def gradient(x, y, weights, intercepts, c):
    import numpy as np

    logits = x @ weights.T + intercepts
    logits -= logits.max(axis=1, keepdims=True)
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    g = p.T @ x / len(y) + weights / (c * len(y))
    return float(max(np.abs(g).max(), np.abs(p.mean(axis=0)).max()))


def check(folder, task):
    """The gradient at our solution, on standardised features."""
    import numpy as np

    x, y = load(folder, task)
    x = x.astype(np.float64)
    centre, scale = x.mean(axis=0), x.std(axis=0)
    weights = np.fromfile(folder / "weights.f64").reshape(task["classes"], task["features"])
    intercepts = np.fromfile(folder / "intercepts.f64") + weights @ centre
    return gradient((x - centre) / scale, y, weights * scale, intercepts, task["c"])


def ours(folder, threads):
    root = pathlib.Path(__file__).resolve().parent.parent
    command = os.environ.get("R2P1D_TEST", "swift test -c release -Xswiftc -enable-testing --skip-build").split()
    done = subprocess.run(
        command + ["--filter", "RegressionBenchmark"], cwd=root, capture_output=True, text=True,
        env={**os.environ, "R2P1D_REGRESSION": str(folder)})
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("rows", 20000), ("features", 512), ("classes", 400), ("rounds", 5), ("threads", 2)]:
        options.add_argument(f"--{name}", type=int, default=value)
    options.add_argument("--c", type=float, default=1.0)
    options.add_argument("--tolerance", type=float, default=1e-4)
    options.add_argument("--theirs", type=pathlib.Path, help=argparse.SUPPRESS)
    options = options.parse_args()
    if options.theirs:
        return theirs(options.theirs)
    import sklearn

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        task = {key: getattr(options, key) for key in ["rows", "features", "classes", "threads", "c", "tolerance"]}
        (folder / "task.json").write_text(json.dumps(task))
        make(folder, options.rows, options.features, options.classes)
        threads = {f"{library}_NUM_THREADS": str(options.threads) for library in ["OMP", "OPENBLAS", "MKL"]}
        results = []
        for _ in range(options.rounds):
            ours(folder, options.threads)
            subprocess.run(
                [sys.executable, __file__, "--theirs", folder], check=True, env={**os.environ, **threads})
            results.append([json.loads((folder / f"{side}.json").read_text()) for side in ["ours", "theirs"]])
            print(json.dumps(results[-1]), file=sys.stderr)
        print(json.dumps(task))
        print(f"scikit-learn {sklearn.__version__}; gradient of ours by numpy {check(folder, task):.2e}")
        for side, name in enumerate(["ours", "scikit-learn"]):
            runs = [result[side] for result in results]
            middle = statistics.median(run["seconds"] for run in runs)
            print(
                f"{name:13} {middle:7.2f} s, growth {max(run['growthKiB'] for run in runs) / 1024:6.0f} MiB, "
                f"gradient {runs[0]['gradient']:.2e}, "
                f"{runs[0].get('evaluations') or runs[0].get('iterations')} evaluations or iterations")
        ratios = [a["seconds"] / b["seconds"] for a, b in results]
        print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


main()
