"""Writes evaluation.json: figures of an evaluation by independent programs, on random and degenerate inputs.

    pip install numpy scikit-learn && python make_evaluation.py

Top-k, mean class accuracy and confusions are scikit-learn's or a few lines of numpy; the calibration error's bins
are those of scikit-learn's calibration_curve(strategy="quantile"); average precision follows ActivityNet's scorer
(Evaluation/eval_detection.py), F1@k and the edit score that of MS-TCN (eval.py), each written from its definition.
"""

import json
import math
import pathlib

import numpy as np
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, confusion_matrix, f1_score, recall_score

random = np.random.default_rng(20261128)


def digits(value):
    return None if value is None or not math.isfinite(value) else float(value)


# Classification -------------------------------------------------------------------------------------------------


def wilson(count, total):
    if total == 0:
        return None
    z, p, n = 1.959963984540054, count / total, total
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [max(0.0, centre - reach), min(1.0, centre + reach)]


def expected_calibration_error(scores, right, bins=15):
    if len(scores) == 0:
        return None
    edges = np.percentile(scores, np.linspace(0, 1, bins + 1) * 100)
    places = np.searchsorted(edges[1:-1], scores)
    total = 0.0
    for place in np.unique(places):
        inside = places == place
        total += inside.mean() * abs(right[inside].mean() - scores[inside].mean())
    # Where scikit-learn can say the same of the bins, it does.
    if len(np.unique(right)) == 2:
        shares, means = calibration_curve(right, scores, n_bins=bins, strategy="quantile")
        counts = np.bincount(places, minlength=bins)
        weights = counts[counts > 0] / len(scores)
        assert abs(np.sum(weights * abs(shares - means)) - total) < 1e-12
    return total


def classification(name, truth, scores, failed, classes):
    truth, scores, failed = np.array(truth, int), np.array(scores, float).reshape(-1, classes), np.array(failed, bool)
    order = np.argsort(-scores, axis=1, kind="stable")
    hits = order == truth[:, None]
    decoded = ~failed
    hit1 = hits[:, :1].any(axis=1) & decoded
    hit5 = hits[:, :5].any(axis=1) & decoded
    predicted = np.where(decoded, order[:, 0] if len(order) else 0, -1)
    present = np.unique(truth)
    recalls = recall_score(truth, predicted, labels=present, average=None, zero_division=0) if len(truth) else []
    matrix = confusion_matrix(truth[decoded], predicted[decoded], labels=range(classes)) if decoded.any() else []
    best = scores.max(axis=1) if len(scores) else np.array([])
    return {
        "name": name,
        "classes": classes,
        "truth": truth.tolist(),
        "scores": [None if f else s.tolist() for s, f in zip(scores, failed)],
        "hits1": int(hit1.sum()),
        "hits5": int(hit5.sum()),
        "wilson": wilson(int(hit1.sum()), len(truth)),
        "meanClassAccuracy": digits(np.mean(recalls)) if len(truth) else None,
        "present": present.tolist(),
        "confusions": [
            [int(t), int(p), int(matrix[t][p])]
            for t in range(classes) for p in range(classes)
            if len(matrix) and t != p and matrix[t][p] > 0
        ],
        "calibrationError": digits(expected_calibration_error(best[decoded], hit1[decoded])),
    }


def random_scores(truth, classes, steps):
    """Half of them lean to the truth; in `steps` steps, so that there are ties."""
    raw = random.random((len(truth), classes)) ** 3
    raw[np.arange(len(truth)), truth] += np.where(random.random(len(truth)) < 0.5, 2, 0)
    return np.floor(raw / raw.sum(axis=1, keepdims=True) * steps) / steps


def classifications():
    cases = []
    for count, classes, steps, name in [
        (60, 7, 1000, "random"), (31, 3, 4, "many ties"), (16, 6, 100, "one more than bins"),
        (7, 12, 1000, "fewer videos than bins and classes"),
    ]:
        truth = random.integers(0, classes, count)
        scores = random_scores(truth, classes, steps)
        cases.append(classification(name, truth, scores, random.random(count) < 0.1, classes))
    cases.append(classification("nothing", [], [], [], 3))
    cases.append(classification("all failed", [0, 1, 1], np.zeros((3, 2)), [True] * 3, 2))
    cases.append(classification("one class", [0] * 5, np.ones((5, 1)), [False] * 5, 1))
    cases.append(classification("equal scores", [0, 1, 2, 0], np.full((4, 3), 1 / 3), [False] * 4, 3))
    cases.append(classification("all right", [0, 1, 2], np.eye(3), [False] * 3, 3))
    cases.append(classification("all wrong, a class that nothing has", [0, 0, 1], [[0, 0, 1.0]] * 3, [False] * 3, 3))
    return cases


# Segments -------------------------------------------------------------------------------------------------------

THRESHOLDS = np.linspace(0.5, 0.95, 10)


def tiou(target, candidates):
    start = np.maximum(target[0], candidates[:, 0])
    end = np.minimum(target[1], candidates[:, 1])
    shared = (end - start).clip(0)
    return shared / ((candidates[:, 1] - candidates[:, 0]) + (target[1] - target[0]) - shared)


def interpolated(precision, recall):
    precision = np.hstack([[0], precision, [0]])
    recall = np.hstack([[0], recall, [1]])
    for i in range(len(precision) - 1)[::-1]:
        precision[i] = max(precision[i], precision[i + 1])
    steps = np.where(recall[1:] != recall[:-1])[0] + 1
    return np.sum((recall[steps] - recall[steps - 1]) * precision[steps])


def average_precision(truth, found):
    """`truth` and `found`: rows of video, start, end (and score) of one class."""
    if len(found) == 0:
        return np.zeros(len(THRESHOLDS))
    lock = np.full((len(THRESHOLDS), len(truth)), -1)
    found = [found[i] for i in np.argsort([f[3] for f in found], kind="stable")[::-1]]
    tp, fp = np.zeros((len(THRESHOLDS), len(found))), np.zeros((len(THRESHOLDS), len(found)))
    for number, (video, start, end, _) in enumerate(found):
        places = [i for i, row in enumerate(truth) if row[0] == video]
        if not places:
            fp[:, number] = 1
            continue
        overlaps = tiou((start, end), np.array([truth[i][1:3] for i in places], float))
        for t, threshold in enumerate(THRESHOLDS):
            for j in overlaps.argsort(kind="stable")[::-1]:
                if overlaps[j] < threshold:
                    fp[t, number] = 1
                    break
                if lock[t, places[j]] >= 0:
                    continue
                tp[t, number] = 1
                lock[t, places[j]] = number
                break
            if fp[t, number] == 0 and tp[t, number] == 0:
                fp[t, number] = 1
    tp, fp = np.cumsum(tp, axis=1), np.cumsum(fp, axis=1)
    return np.array([interpolated(tp[t] / (tp[t] + fp[t]), tp[t] / len(truth)) for t in range(len(THRESHOLDS))])


def f1(videos, overlap):
    tp = fp = fn = 0
    for truth, found in videos:
        hits = np.zeros(len(truth))
        for label, start, end in found:
            if len(truth) == 0:
                fp += 1
                continue
            shared = np.array([min(end, e) - max(start, s) for _, s, e in truth])
            hull = np.array([max(end, e) - min(start, s) for _, s, e in truth])
            iou = shared / hull * np.array([label == l for l, _, _ in truth])
            best = iou.argmax()
            if iou[best] >= overlap and not hits[best]:
                tp += 1
                hits[best] = 1
            else:
                fp += 1
        fn += len(truth) - hits.sum()
    return None if tp + fp + fn == 0 else 2 * tp / (2 * tp + fp + fn)


def edit(found, truth):
    table = np.zeros((len(found) + 1, len(truth) + 1))
    table[:, 0], table[0, :] = range(len(found) + 1), range(len(truth) + 1)
    for i in range(1, len(found) + 1):
        for j in range(1, len(truth) + 1):
            table[i, j] = min(
                table[i - 1, j - 1] + (found[i - 1] != truth[j - 1]), table[i - 1, j] + 1, table[i, j - 1] + 1)
    longer = max(len(found), len(truth))
    return 1.0 if longer == 0 else 1 - table[-1, -1] / longer


def joined(stretches):
    """In the order of time; of one class and touching ones are one, as labels frame by frame have it."""
    result = []
    for label, start, end in sorted((s[:3] for s in stretches), key=lambda s: (s[1], s[2], s[0])):
        if result and result[-1][0] == label and start <= result[-1][2]:
            result[-1] = (label, result[-1][1], max(end, result[-1][2]))
        else:
            result.append((label, start, end))
    return result


def segments(name, videos):
    """`videos`: pairs of the truth's (label, start, end) and the found ones' (label, start, end, score)."""
    labels = sorted({t[0] for truth, _ in videos for t in truth})
    averages = [
        average_precision(
            [(v, *t[1:]) for v, (truth, _) in enumerate(videos) for t in truth if t[0] == label],
            [(v, *f[1:]) for v, (_, found) in enumerate(videos) for f in found if f[0] == label])
        for label in labels
    ]
    plain = [(joined(truth), joined(found)) for truth, found in videos]
    return {
        "name": name,
        "videos": [{"truth": truth, "found": found} for truth, found in videos],
        "meanAveragePrecision": np.mean(averages, axis=0).tolist() if averages else [],
        "f1": [digits(f1(plain, overlap)) for overlap in (0.1, 0.25, 0.5)],
        "edit": digits(np.mean([edit([f[0] for f in found], [t[0] for t in truth]) for truth, found in plain]))
        if videos else None,
    }


def random_video(classes, count, steps):
    edges = np.sort(random.choice(np.arange(1, 400), 2 * count, replace=False)) / 4
    truth = [[int(random.integers(classes)), float(edges[2 * i]), float(edges[2 * i + 1])] for i in range(count)]
    found = []
    for label, start, end in truth:
        if random.random() < 0.85:
            shift = random.normal(0, 0.15, 2) * (end - start)
            start, end = start + shift[0], end + shift[1]
            label = label if random.random() < 0.8 else int(random.integers(classes))
            if end > start:
                found.append([label, round(start, 3), round(end, 3), round(random.random() * steps) / steps])
    return truth, sorted(found, key=lambda f: f[1:3])


def segment_cases():
    cases = [segments("random", [random_video(4, 8, 1000) for _ in range(6)])]
    cases.append(segments("equal scores", [random_video(2, 6, 1) for _ in range(3)]))
    twice = [[0, 0.0, 10.0, 0.5], [0, 0.0, 10.0, 0.5], [0, 2.0, 12.0, 0.5]]
    cases.append(segments("one truth found thrice", [([[0, 0.0, 10.0]], twice)]))
    cases.append(segments("two truths overlapped alike", [([[0, 0.0, 4.0], [0, 6.0, 10.0]], [[0, 0.0, 10.0, 1.0]])]))
    cases.append(segments("no prediction", [([[0, 0.0, 1.0], [1, 2.0, 3.0]], [])]))
    cases.append(segments("no truth", [([], [[0, 0.0, 1.0, 0.9]])]))
    cases.append(segments("nothing", []))
    cases.append(segments("an empty video", [([], [])]))
    cases.append(segments("one class, exactly", [([[3, 1.0, 2.0]], [[3, 1.0, 2.0, 0.3]])]))
    cases.append(segments("tIoU of a threshold", [([[0, 0.0, 10.0]], [[0, 0.0, 7.5, 0.3]])]))
    return cases


# Several labels ------------------------------------------------------------------------------------------------


def several(name, truth, scores, thresholds, failed):
    """`truth`: rows of 0 and 1, one column a class. Failed videos are found at no threshold."""
    classes = len(thresholds)
    truth, scores = np.array(truth, int).reshape(-1, classes), np.array(scores, float).reshape(-1, classes)
    failed, decoded = np.array(failed, bool), ~np.array(failed, bool)
    said = (scores >= thresholds) & decoded[:, None]
    present = np.flatnonzero(truth.sum(axis=0)) if len(truth) else np.array([], int)
    # What is never found takes its share of recall away.
    precisions = [
        average_precision_score(truth[decoded, k], scores[decoded, k]) * truth[decoded, k].sum() / truth[:, k].sum()
        if truth[decoded, k].any() else 0.0 for k in present
    ]
    f1s = f1_score(truth, said, labels=present, average=None, zero_division=0) if len(present) else []
    pairs = (scores[decoded].ravel(), truth[decoded].ravel().astype(bool))
    return {
        "name": name,
        "thresholds": list(thresholds),
        "truth": truth.tolist(),
        "scores": [None if f else s.tolist() for s, f in zip(scores, failed)],
        "averagePrecisions": [float(p) for p in precisions],
        "meanAveragePrecision": digits(np.mean(precisions)) if len(present) else None,
        "macroF1": digits(np.mean(f1s)) if len(present) else None,
        "microF1": digits(f1_score(truth, said, average="micro", zero_division=0)) if len(present) else None,
        "exact": int(((said == truth).all(axis=1) & decoded).sum()) if len(truth) else 0,
        "calibrationError": digits(expected_calibration_error(*pairs)),
    }


def several_cases():
    cases = []
    for count, classes, steps, name in [(50, 6, 1000, "random"), (30, 3, 4, "many ties")]:
        truth = (random.random((count, classes)) < 0.4).astype(int)
        scores = np.floor(np.clip(0.35 * truth + 0.7 * random.random((count, classes)), 0, 1) * steps) / steps
        cases.append(several(name, truth, scores, [0.5] * classes, random.random(count) < 0.1))
    cases.append(several("equal scores", [[1, 0], [0, 1], [1, 0], [0, 0]], np.full((4, 2), 0.5), [0.5, 0.6], [False] * 4))
    cases.append(several("no truth", [[0, 0], [0, 0]], [[0.1, 0.2], [0.3, 0.1]], [0.5, 0.5], [False] * 2))
    cases.append(several("all failed", [[1, 0], [0, 1]], np.zeros((2, 2)), [0.0, 0.0], [True] * 2))
    cases.append(several("nothing", [], [], [0.5, 0.5], []))
    cases.append(several("all right", np.eye(3), np.eye(3), [0.5] * 3, [False] * 3))
    return cases


target = pathlib.Path(__file__).with_name("evaluation.json")
target.write_text(
    json.dumps(
        {
            "classification": classifications(), "segments": segment_cases(), "thresholds": THRESHOLDS.tolist(),
            "several": several_cases(),
        },
        separators=(",", ":")) + "\n")
print(target, target.stat().st_size, "bytes")
