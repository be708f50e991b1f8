"""`r2p1d-video worker` as a process of this one: requests in, answers out."""

import collections
import json
import os
import select
import shutil
import subprocess
import time


class WorkerFailed(RuntimeError):
    """`r2p1d-video worker` cannot run, or does not say what it should."""


class WorkerEnded(Exception):
    """The process ended, or hung, before it had answered."""


def program():
    """Where `r2p1d-video` is: $R2P1D_VIDEO, else on the PATH."""
    found = os.environ.get("R2P1D_VIDEO") or shutil.which("r2p1d-video")
    if not found:
        raise WorkerFailed("r2p1d-video is not on the PATH of this machine; $R2P1D_VIDEO may name it")
    return found


def worker_settings(options=(), binary=None):
    """The hash of what labels depend on besides the video: `settings` in each answer of such a worker."""
    with Worker(options, binary) as worker:
        return worker.ready["settings"]


class Worker:
    """A running worker; it ends with this process, whatever becomes of that."""

    #: Seconds that a worker may take until it is ready: for a checkpoint on a slow disk.
    start = 600
    #: The worker gives a file up by itself after --timeout; one that is silent for so much longer hangs.
    grace = 60

    def __init__(self, options=(), binary=None):
        options = [os.fspath(option) for option in options]
        self.patience = _timeout(options) + self.grace
        binary = binary or program()
        try:
            self.process = subprocess.Popen(
                [binary, "worker", "-0", "--progress-lines", *options], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, bufsize=0)
        except OSError as error:
            raise WorkerFailed(f"{binary}: cannot be started: {error.strerror}") from None
        self.unread = b""
        self.lines = collections.deque()
        try:
            self.ready = self._line(self.start)
        except WorkerEnded as error:
            self.close()
            raise WorkerFailed(f"{binary} worker: {error} before it was ready; its own words are above") from None
        if not isinstance(self.ready.get("settings"), str):
            self.close()
            raise WorkerFailed(f"{binary} worker: its first line has no settings: {self.ready}")
        _let_the_kernel_choose(self.process.pid)

    def ask(self, path):
        """Sends a request. At most a few may be under way: neither pipe is emptied while it is sent."""
        try:
            self.process.stdin.write(path + b"\0")
        except OSError:
            # `answer` says why.
            pass

    def answer(self):
        """The answer to the oldest request without one, as text and as what it says."""
        while True:
            answer = self._line(self.patience)
            if "progress" not in answer:
                return answer

    def close(self):
        """No more requests; a file in hand is given up."""
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _line(self, patience):
        end = time.monotonic() + patience
        while not self.lines:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.process.kill()
                raise WorkerEnded(f"nothing came for {patience} s")
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                raise WorkerEnded(f"it ended with status {self.process.wait()}")
            *lines, self.unread = (self.unread + piece).split(b"\n")
            self.lines.extend(lines)
        try:
            line = json.loads(self.lines.popleft())
        except ValueError:
            line = None
        if not isinstance(line, dict):
            self.process.kill()
            raise WorkerEnded("it wrote what is no answer")
        return line


def _timeout(options):
    for index, option in enumerate(options):
        name, equals, value = option.partition("=")
        if name == "--timeout":
            value = value if equals else options[index + 1] if index + 1 < len(options) else ""
            if value.isdigit():
                return int(value)
    return 600


def _let_the_kernel_choose(process):
    """Where memory runs out, the worker goes before the Python around it, which can start another."""
    try:
        with open(f"/proc/{process}/oom_score_adj", "w") as file:
            file.write("900")
    except OSError:
        pass
