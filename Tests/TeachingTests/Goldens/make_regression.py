#!/usr/bin/env python3
"""Writes regression.json: logistic regressions that scikit-learn solved, for our solver to agree with.

  pip install scikit-learn==1.7.2
  python make_regression.py > regression.json

Features are drawn by a generator that the tests have too, so that only the solutions are kept. Each case is solved by
Newton's method to 1e-12, and must be the same by L-BFGS.
"""
import json
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler


def noise(count, seed):
    """SplitMix64, as Tests/TestSupport/SplitMix64.swift: uniform numbers from -0.5 to 0.5."""
    state, out = np.uint64(seed), np.empty(count)
    with np.errstate(over="ignore"):
        for i in range(count):
            state += np.uint64(0x9E3779B97F4A7C15)
            z = state
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = z ^ (z >> np.uint64(31))
            out[i] = float(z >> np.uint64(11)) / float(1 << 53) - 0.5
    return out


def data(rows, features, classes, seed):
    """Classes of unequal size (class k has k + 1 shares), around centres of their own; one feature never changes."""
    shares = np.repeat(np.arange(classes), np.arange(classes) + 1)
    y = shares[np.arange(rows) % len(shares)]
    centres = noise(classes * features, seed).reshape(classes, features)
    x = (2 * noise(rows * features, seed + 1).reshape(rows, features) + centres[y]).astype(np.float32)
    x[:, 1] += x[:, 0] * np.float32(3)
    x[:, 2] = np.float32(0.25)
    return x, y


def solved(x, y, c, solver):
    model = LogisticRegression(C=c, class_weight="balanced", tol=1e-12, max_iter=100_000, solver=solver)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(StandardScaler().fit_transform(x.astype(np.float64)), y)


def main():
    cases = []
    for rows, features, classes in [(60, 5, 3), (90, 8, 2), (200, 20, 6), (400, 33, 11)]:
        x, y = data(rows, features, classes, rows)
        for c in [1e-4, 1e-1, 1, 100]:
            model = solved(x, y, c, "newton-cholesky")
            other = solved(x, y, c, "lbfgs")
            assert np.abs(model.coef_ - other.coef_).max() < 1e-3 * np.abs(model.coef_).max(), (rows, c)
            intercepts = model.intercept_ - (model.intercept_.mean() if classes > 2 else 0)
            cases.append({"rows": rows, "features": features, "classes": classes, "seed": rows, "c": c,
                          "weights": [float(f"{w:.9g}") for w in model.coef_.ravel()], "intercepts": [float(f"{w:.9g}") for w in intercepts]})
    print(json.dumps(cases, separators=(",", ":")))


if __name__ == "__main__":
    main()
