"""The actor: a warm worker process, and a row for each file that it is asked for."""

import atexit
import collections
import datetime
import json
import os
import socket
import weakref

import pyarrow as pa

from .listing import SCHEMA as LISTING
from .places import Copies, place
from .worker import Worker, WorkerEnded, WorkerFailed

LABEL = pa.struct([("label", pa.string()), ("index", pa.int64()), ("score", pa.float64())])

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("file_bytes", pa.binary()),
        # Of the file that was labelled, or of the listing where there was none.
        ("size", pa.int64()),
        ("mtime_ns", pa.int64()),
        # A hash of model, labels, sampling and version.
        ("settings", pa.string()),
        # ok, uncertain or failed.
        ("status", pa.string()),
        ("duration", pa.float64()),
        ("windows", pa.int64()),
        # The best one, and all that were reported.
        ("label", pa.string()),
        ("score", pa.float64()),
        ("labels", pa.list_(LABEL)),
        # Why it failed: a line, and input, decoder, timeout, memory, missing or worker.
        ("error", pa.string()),
        ("kind", pa.string()),
        # The worker's whole answer, JSON.
        ("answer", pa.string()),
        ("node", pa.string()),
        ("made_at", pa.timestamp("us", "UTC")),
    ]
)


class LabelVideos:
    """For `Dataset.map_batches`: a table of files becomes one of rows, as many, in their order.

    A file that fails is a row. It raises only where no worker can run.
    """

    #: Requests under way: one file at work, and one decoded, or copied, ahead.
    ahead = 2

    def __init__(self, options=(), settings=None, binary=None):
        self.options = [os.fspath(option) for option in options]
        self.settings = settings
        self.binary = binary
        self.worker = None
        self.copies = Copies()
        self._end = weakref.finalize(self, _close, self.copies, state := {})
        self._state = state
        atexit.register(self._end)
        self._start()

    def __call__(self, batch):
        batch = _files(batch)
        rows = [None] * len(batch)
        files = collections.deque(enumerate(batch))
        # Files that were under way when a worker ended: each is asked for alone.
        again = collections.deque()
        while files or again:
            if again:
                self._alone(again.popleft(), rows)
            else:
                again.extend(self._label(files, rows))
        return pa.Table.from_pylist(rows, schema=SCHEMA)

    def _label(self, files, rows):
        """Labels `files` until they end or the worker does; returns those that it left unanswered."""
        under_way = collections.deque()
        while files or under_way:
            while files and len(under_way) < self.ahead:
                number, file = files.popleft()
                request = self._request(number, file, rows)
                if request:
                    under_way.append(request)
                    self.worker.ask(request.path)
            if not under_way:
                continue
            try:
                answer = self.worker.answer()
            except WorkerEnded:
                for request in under_way:
                    self._forget(request)
                self._start()
                return [(request.number, request.file) for request in under_way]
            request = under_way.popleft()
            self._forget(request)
            rows[request.number] = self._row(request, answer)
        return []

    def _alone(self, numbered, rows):
        """Labels a file that may have ended a worker: the second time it does so is the last."""
        if self._label(collections.deque([numbered]), rows):
            number, file = numbered
            answer = {"error": "the worker ended twice at this file", "kind": "worker"}
            rows[number] = self._row(Request(number, file, None, None, None), answer)

    def _request(self, number, file, rows):
        """What to ask for `file`; None where it cannot be copied, which is its row."""
        if not file["root"]:
            path = file["file_bytes"] or file["file"].encode()
            return Request(number, file, path, None, None)
        try:
            copy, stamp = self.copies.fetch(place(file["root"]), file["file"])
            return Request(number, file, os.fsencode(copy), copy, stamp)
        except Exception as error:
            kind = "missing" if isinstance(error, FileNotFoundError) else "input"
            text = " ".join(str(getattr(error, "strerror", None) or error).split())
            answer = {"error": f"cannot be copied: {text}", "kind": kind}
            rows[number] = self._row(Request(number, file, None, None, None), answer)
            return None

    def _forget(self, request):
        if request.copy:
            self.copies.remove(request.copy)

    def _row(self, request, answer):
        file = request.file
        stamp = request.stamp
        if stamp is None and isinstance(answer.get("stamp"), dict):
            stamp = answer["stamp"]["size"], answer["stamp"]["mtime_ns"]
        size, modified = stamp or (file["size"], file["mtime_ns"])
        if request.copy:
            answer = {**answer, "file": file["file"], "stamp": {"size": size, "mtime_ns": modified}}
        labels = answer.get("labels")
        best = labels[0] if labels else {}
        return {
            "file": file["file"],
            "file_bytes": file["file_bytes"],
            "size": size,
            "mtime_ns": modified,
            "settings": self.worker.ready["settings"],
            "status": "failed" if labels is None else "ok" if labels else "uncertain",
            "duration": answer.get("video", {}).get("duration"),
            "windows": len(answer["windows"]) if "windows" in answer else None,
            "label": best.get("label"),
            "score": best.get("score"),
            "labels": labels,
            "error": answer.get("error"),
            "kind": answer.get("kind"),
            "answer": json.dumps(answer, ensure_ascii=False, separators=(",", ":")),
            "node": socket.gethostname(),
            "made_at": datetime.datetime.now(datetime.timezone.utc),
        }

    def _start(self):
        if self.worker:
            self.worker.close()
        self.worker = Worker(self.options, self.binary)
        self._state["worker"] = self.worker
        found = self.worker.ready["settings"]
        if self.settings and found != self.settings:
            raise WorkerFailed(
                f"the worker on {socket.gethostname()} ({self.worker.ready.get('version')}) has other settings than "
                f"the driver's: {self.worker.ready.get('facts')}; give all machines one version, model and options")

    def close(self):
        self._end()


def _files(batch):
    """The rows of a batch as Ray gives them, whichever `batch_format` was asked for."""
    if isinstance(batch, pa.Table):
        return batch.to_pylist()
    # NumPy and pandas have no null for bytes: whatever they put in its place is none.
    names = LISTING.names
    rows = [dict(zip(names, values)) for values in zip(*(list(batch[name]) for name in names))]
    for row in rows:
        if not isinstance(row["file_bytes"], bytes):
            row["file_bytes"] = None
        row["size"], row["mtime_ns"] = int(row["size"]), int(row["mtime_ns"])
    return rows


Request = collections.namedtuple("Request", "number file path copy stamp")


def _close(copies, state):
    if "worker" in state:
        state["worker"].close()
    copies.close()
