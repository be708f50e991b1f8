import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent.parent
MODEL = ["--model", "camera-motion", "--windows", "1"]
#: The same, at as much work a file as a test needs that is to meet it under way.
LONG = ["--model", "camera-motion", "--stride", "1"]


#: In the environment of every process that these tests start, and of no other.
MARK = f"R2P1D_FLEET_TEST={os.getpid()}"


def pytest_configure(config):
    os.environ.update([MARK.split("=")])
    os.environ["PYTHONPATH"] = str(HERE.parent)
    sys.path.insert(0, str(HERE.parent))


@pytest.fixture(scope="session")
def binary():
    """The program; without it there is nothing to test, which is a failure and no skip."""
    path = os.environ.get("R2P1D_VIDEO") or str(ROOT / ".build/release/r2p1d-video")
    assert os.access(path, os.X_OK), f"{path} is not there: make build, or name it by $R2P1D_VIDEO"
    os.environ["R2P1D_VIDEO"] = path
    return path


@pytest.fixture(scope="session")
def clips():
    return sorted((ROOT / "SampleVideos").glob("*.mp4"))


def archive(folder, clips, count):
    """`count` clips, each a file of its own."""
    folder.mkdir()
    for number in range(count):
        clip = clips[number % len(clips)]
        shutil.copyfile(clip, folder / f"{number:02d}-{clip.name}")
    return folder


def labels_of_scan(binary, files, folder, options=LONG):
    """The best label of each file that `r2p1d-video scan` says, None where it fails."""
    folder.mkdir(exist_ok=True)
    table = folder / "scan.jsonl"
    (folder / "list").write_text("\n".join(files))
    run = subprocess.run(
        [binary, "scan", "--files-from", folder / "list", "--format", "jsonl", "--quiet", "--output", table, *options])
    assert run.returncode in (0, 1)
    rows = [json.loads(line) for line in table.read_text().splitlines()]
    return {row["file"]: row["labels"][0] if "labels" in row else None for row in rows}


class Cluster:
    """tests/cluster.py, as a process of its own."""

    def __init__(self, folder):
        self.errors = open(folder / "cluster.log", "w")
        self.process = subprocess.Popen(
            [sys.executable, HERE / "cluster.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            text=True)
        self._read()

    def _read(self):
        line = self.process.stdout.readline()
        assert line, f"the cluster has ended: {open(self.errors.name).read()[-3000:]}"
        facts = json.loads(line)
        self.address, self.raylets = facts["address"], facts["raylets"]

    def kill(self, address):
        """kill -9 of the raylet of a node; its actors live on for a while, as those of a lost machine may."""
        for raylet in self.raylets[address]:
            os.kill(raylet, signal.SIGKILL)

    def add(self, address):
        self.process.stdin.write(f"add {address}\n")
        self.process.stdin.flush()
        self._read()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, binary):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


class Driver:
    """`python -m r2p1d_video_ray` as a process of its own."""

    def __init__(self, *arguments, log):
        self.log = log
        self.process = subprocess.Popen(
            [sys.executable, "-m", "r2p1d_video_ray", *map(str, arguments)], stderr=open(log, "w"),
            stdout=subprocess.DEVNULL, start_new_session=True)

    @property
    def words(self):
        return self.log.read_text(errors="replace")

    def wait(self, seconds=300):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            pytest.fail(f"the driver has not ended in {seconds} s: {self.words[-3000:]}")


def parts(output):
    """The rows of all whole parts."""
    tables = []
    for path in sorted((output / "parts").glob("*.parquet")):
        try:
            tables.append(pq.read_table(path))
        except (pa.ArrowInvalid, FileNotFoundError):
            pass
    return pa.concat_tables(tables).to_pylist() if tables else []


def until(condition, seconds=120):
    """Waits until something that the test needs has happened."""
    for _ in range(int(seconds * 50)):
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    pytest.fail(f"it has not come to be in {seconds} s")


def processes(word):
    """The processes of these tests in whose command `word` is an argument: their number, and their parents'."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                command = pathlib.Path("/proc", entry, "cmdline").read_bytes().split(b"\0")
                if word.encode() not in command:
                    continue
                marks = pathlib.Path("/proc", entry, "environ").read_bytes().split(b"\0")
                fields = pathlib.Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if MARK.encode() in marks and fields[0] != "Z":
                found[int(entry)] = int(fields[1])
    return found
