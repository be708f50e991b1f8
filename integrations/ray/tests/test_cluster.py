"""A run on three nodes through kills of everything that can be killed, and what later runs do.

The tests of this file are one story, in their order: each goes on with the output that the one before left.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import pyarrow.parquet as pq
import pytest
from conftest import LONG, MODEL, ROOT, Driver, archive, labels_of_scan, parts, processes, until

FILES = 60


class Killer(threading.Thread):
    """Ends every process that decodes the file of this name, each time there is one."""

    def __init__(self, name):
        super().__init__(daemon=True)
        self.name_of_file = name
        self.kills = 0
        self.is_over = False

    def run(self):
        while not self.is_over:
            for decoder in processes("scan-worker"):
                if self._has_open(decoder):
                    try:
                        os.kill(decoder, signal.SIGKILL)
                        self.kills += 1
                    except ProcessLookupError:
                        pass

    def _has_open(self, process):
        try:
            links = [os.readlink(entry) for entry in pathlib.Path(f"/proc/{process}/fd").iterdir()]
        except OSError:
            return False
        return any(link.endswith(self.name_of_file) for link in links)


class Story:
    def __init__(self, folder, clips, cluster):
        self.folder, self.cluster = folder, cluster
        self.archive = archive(folder / "archive", clips, FILES - 3)
        (self.archive / "garbage.mp4").write_bytes(b"no video " * 5000)
        # Harmless, and long enough to be met under way.
        joined = folder / "list"
        joined.write_text("".join(f"file '{clip}'\n" for clip in clips[:10] * 6))
        subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "concat", "-safe", "0", "-i", joined, "-c", "copy",
             self.archive / "unlucky.mp4"], check=True)
        self.missing = self.archive / "missing.mp4"
        self.output = folder / "output"

    @property
    def uris(self):
        return [self.archive, self.missing]

    def scan(self, *more, options=LONG, log="log"):
        return Driver(
            "scan", *self.uris, "--output", self.output, "--address", self.cluster.address, "--cpus-per-actor", "1",
            "--rows-per-block", "4", *options, *more, log=self.folder / log)

    def wait_for_parts(self, driver, more):
        """Waits until `driver` has written so many parts more, and is at work still."""
        def count():
            return len(list(self.output.glob("parts/*.parquet")))

        before = count()
        until(lambda: driver.process.poll() is not None or count() >= before + more, 240)
        assert driver.process.poll() is None, f"it has ended too soon: {driver.words[-3000:]}"

    def rows(self):
        return parts(self.output)

    @property
    def table(self):
        return pq.read_table(self.output / "labels.parquet").to_pylist()


@pytest.fixture(scope="module")
def story(tmp_path_factory, clips, cluster):
    return Story(tmp_path_factory.mktemp("story"), clips, cluster)


def actor(but=()):
    """An actor that has a worker: the parent of one."""
    workers = {process: parent for process, parent in processes("worker").items() if parent not in but}
    return next(iter(workers.values()), None)


def test_kills_leave_each_file_exactly_one_row_with_the_labels_of_scan(story, binary):
    killer = Killer("unlucky.mp4")
    killer.start()
    driver = story.scan()
    story.wait_for_parts(driver, 2)
    os.kill(until(actor), signal.SIGKILL)
    story.wait_for_parts(driver, 2)
    story.cluster.kill("127.0.0.3")
    story.wait_for_parts(driver, 1)
    os.killpg(driver.process.pid, signal.SIGKILL)
    durable = {row["file"] for row in story.rows()}
    assert 8 < len(durable) < FILES
    story.cluster.add("127.0.0.3")

    second = story.scan(log="second")
    # Some files failed, and each has its row: that is 1.
    assert second.wait() == 1, second.words[-3000:]
    killer.is_over = True
    assert f"{FILES} files, " in second.words and "no row" not in second.words
    table = story.table
    assert len(table) == FILES == len({row["file"] for row in table})
    failed = {pathlib.Path(row["file"]).name: row["kind"] for row in table if row["status"] == "failed"}
    assert failed == {"garbage.mp4": "input", "unlucky.mp4": "decoder", "missing.mp4": "missing"}
    assert killer.kills > 0
    expected = labels_of_scan(
        binary, [row["file"] for row in table if "unlucky" not in row["file"]], story.folder / "scan")
    for row in table:
        if "unlucky" not in row["file"]:
            best = expected[row["file"]]
            assert (row["label"], row["score"]) == ((best["label"], best["score"]) if best else (None, None))
    # Nothing that was durable was done again.
    counts = [row["file"] for row in story.rows()]
    assert all(counts.count(file) == 1 for file in durable)


def new_files(story, before):
    return sorted(pathlib.Path(row["file"]).name for row in story.rows()[0:] if row["made_at"] > before)


def latest(story):
    return max(row["made_at"] for row in story.rows())


def test_a_second_run_does_nothing(story):
    before = len(story.rows())
    run = story.scan()
    assert run.wait() == 1 and f"{FILES} done already, 0 to do" in run.words
    assert len(story.rows()) == before


def test_a_changed_file_is_done_again_alone(story, clips):
    before = latest(story)
    changed = next(story.archive.glob("07-*"))
    shutil.copyfile(clips[3], changed)
    run = story.scan()
    assert run.wait() == 1 and "59 done already, 1 to do" in run.words, run.words[-3000:]
    assert new_files(story, before) == [changed.name]
    table = {row["file"]: row for row in story.table}
    assert len(table) == FILES and table[str(changed)]["size"] == clips[3].stat().st_size


def test_failed_files_are_tried_again_where_that_is_asked_for(story, clips):
    before = latest(story)
    shutil.copyfile(clips[0], story.missing)
    shutil.copystat(clips[0], story.missing)
    # What was missing has another stamp now: of the three that failed, two are left.
    run = story.scan()
    assert run.wait() == 1 and "1 to do" in run.words, run.words[-3000:]
    assert new_files(story, before) == ["missing.mp4"]
    before = latest(story)
    run = story.scan("--retry-failed")
    assert run.wait() == 1 and "2 to do" in run.words, run.words[-3000:]
    assert new_files(story, before) == ["garbage.mp4", "unlucky.mp4"]
    # Nobody has ended its decoder.
    table = {pathlib.Path(row["file"]).name: row["status"] for row in story.table}
    assert table["unlucky.mp4"] == "ok" and list(table.values()).count("failed") == 1 and len(table) == FILES


def test_other_settings_are_another_result(story):
    before = latest(story)
    run = story.scan(options=MODEL)
    assert run.wait() == 1 and f"0 done already, {FILES} to do" in run.words, run.words[-3000:]
    assert len(new_files(story, before)) == FILES
    settings = {row["settings"] for row in story.table}
    assert len(settings) == 1 and len(story.table) == FILES
    # The rows of the other settings are there still.
    before = len(story.rows())
    run = story.scan()
    assert run.wait() == 1 and f"{FILES} done already, 0 to do" in run.words
    assert len(story.rows()) == before and settings.isdisjoint(row["settings"] for row in story.table)


def test_another_model_is_another_result(story):
    weights = bytearray((ROOT / "Training/camera-motion.safetensors").read_bytes())
    weights[-4] ^= 1  # the last bit of the last weight
    model = story.folder / "other.safetensors"
    model.write_bytes(weights)
    before = latest(story)
    run = story.scan(options=["--model", str(model), *MODEL[2:]])
    assert run.wait() == 1 and f"0 done already, {FILES} to do" in run.words, run.words[-3000:]
    assert len(new_files(story, before)) == FILES and len(story.table) == FILES
    run = story.scan()
    assert run.wait() == 1 and f"{FILES} done already, 0 to do" in run.words


def test_finish_names_the_files_of_a_part_that_is_gone(story):
    settings = json.loads((story.output / "_run.json").read_text())["settings"]
    rows = [row["file"] for row in story.rows() if row["settings"] == settings]
    # Of files that were labelled once.
    files = {
        path: pq.read_table(path).column("file").to_pylist() for path in sorted(story.output.glob("parts/*.parquet"))}
    gone, missing = next(item for item in files.items() if all(rows.count(file) == 1 for file in item[1]))
    gone.rename(story.folder / "gone")
    before = (story.output / "labels.parquet").read_bytes()
    run = subprocess.run(
        [sys.executable, "-m", "r2p1d_video_ray", "finish", "--output", story.output], capture_output=True, text=True)
    assert run.returncode == 1
    assert all(f"{name}: no row" in run.stderr for name in missing)
    assert f"{len(missing)} of {FILES} files have no row yet" in run.stderr
    assert (story.output / "labels.parquet").read_bytes() == before
    (story.folder / "gone").rename(gone)


def test_a_file_that_ends_its_actor_each_time_is_a_row(story, clips, binary):
    """A worker that ends the Python around it, as a machine without memory may."""
    folder = archive(story.folder / "poisoned", clips, 6)
    (folder / "poison.mp4").write_bytes(clips[0].read_bytes() + b" " * 100_000)
    fake = story.folder / "r2p1d-video"
    fake.write_text(f"""#!{sys.executable}
import os, subprocess, sys
parent = os.getppid()
p = subprocess.Popen([{binary!r}, *sys.argv[1:]], stdin=subprocess.PIPE, bufsize=0)
request = b""
while byte := sys.stdin.buffer.raw.read(1):
    request += byte
    if byte == b"\\0":
        if b"poison.mp4" in request:
            os.kill(parent, 9)
        p.stdin.write(request)
        request = b""
p.stdin.close()
sys.exit(p.wait())
""")
    fake.chmod(0o755)
    output = story.folder / "poisoned-output"
    run = Driver(
        "scan", folder, "--output", output, "--address", story.cluster.address, "--cpus-per-actor", "1",
        "--binary", fake, *MODEL, log=story.folder / "poison.log")
    assert run.wait() == 1, run.words[-3000:]
    table = {pathlib.Path(row["file"]).name: row for row in pq.read_table(output / "labels.parquet").to_pylist()}
    assert len(table) == 7
    assert table.pop("poison.mp4")["kind"] == "worker" and {row["status"] for row in table.values()} == {"ok"}


def test_a_node_with_other_settings_is_refused_before_any_row(story, clips, binary):
    """A program that is another one where an actor starts it."""
    fake = story.folder / "other"
    fake.write_text(f"""#!/bin/sh
case "$(tr '\\0' ' ' < /proc/$PPID/cmdline)" in *ray::*) exec {binary} "$@" --top 1;; esac
exec {binary} "$@"
""")
    fake.chmod(0o755)
    output = story.folder / "refused"
    run = Driver(
        "scan", archive(story.folder / "few", clips, 4), "--output", output, "--address", story.cluster.address,
        "--cpus-per-actor", "1", "--binary", fake, *MODEL, log=story.folder / "refused.log")
    assert run.wait() == 2
    ours = [line for line in run.words.splitlines() if line.startswith("r2p1d-video-ray: ")]
    assert "has other settings than the driver's" in ours[-1]
    assert parts(output) == []


def test_a_driver_that_is_asked_to_end_leaves_what_is_done(story):
    output = story.folder / "interrupted"
    run = Driver(
        "scan", story.archive, "--output", output, "--address", story.cluster.address, "--cpus-per-actor", "1",
        "--rows-per-block", "4", *LONG, log=story.folder / "interrupted.log")
    until(lambda: run.process.poll() is not None or list(output.glob("parts/*.parquet")), 240)
    run.process.send_signal(signal.SIGTERM)
    assert run.wait() == 130, run.words[-3000:]
    assert "interrupted; every part that is written counts: run the same command to resume" in run.words
    assert 0 < len(parts(output)) < FILES


def test_two_drivers_on_one_output_leave_one_row_of_each_file(story, clips):
    folder, output = archive(story.folder / "shared", clips, 12), story.folder / "shared-output"
    drivers = [
        Driver(
            "scan", folder, "--output", output, "--address", story.cluster.address, "--cpus-per-actor", "1",
            "--actors", "1", *MODEL, log=story.folder / f"shared-{number}.log") for number in (1, 2)]
    assert [driver.wait() for driver in drivers] == [0, 0], [driver.words[-2000:] for driver in drivers]
    assert len(parts(output)) > 12
    table = pq.read_table(output / "labels.parquet").to_pylist()
    assert len(table) == 12 == len({row["file"] for row in table})


def test_the_documented_steps_do_the_same(story, clips):
    page = (ROOT / "docs/fleet.md").read_text()
    steps = next(block for block in page.split("```")[1::2] if "from r2p1d_video_ray import" in block)
    folder, output = archive(story.folder / "small", clips, 5), story.folder / "small-output"
    assert steps.count('"/archive"') == 1 and '"/output' in steps
    script = story.folder / "steps.py"
    script.write_text(steps.replace("/archive", str(folder)).replace("/output", str(output)))
    run = subprocess.run(
        [sys.executable, script], env={**os.environ, "RAY_ADDRESS": story.cluster.address}, capture_output=True,
        text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "files=5, failed=0, superseded=0, torn=0" in run.stdout
    assert len(pq.read_table(output / "labels.parquet")) == 5


def test_an_object_store_is_labelled_as_a_folder_is(story, clips, binary):
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        store = boto3.client(
            "s3", endpoint_url=f"http://{host}:{port}", aws_access_key_id="k", aws_secret_access_key="s",
            region_name="us-east-1")
        store.create_bucket(Bucket="films")
        for number, clip in enumerate(clips[:8]):
            store.upload_file(str(clip), "films", f"archive/{number} ä%20.mp4")
        store.put_object(Bucket="films", Key="archive/garbage.mp4", Body=b"no video " * 1000)
        access = f"endpoint_override={host}%3A{port}&scheme=http&region=us-east-1"

        def scan(log):
            return Driver(
                "scan", f"s3://k:s@films/archive?{access}", "--output", f"s3://k:s@films/out?{access}", "--address",
                story.cluster.address, "--cpus-per-actor", "1", *MODEL, log=story.folder / log)

        run = scan("s3")
        assert run.wait() == 1, run.words[-3000:]
        store.download_file("films", "out/labels.parquet", str(story.folder / "s3.parquet"))
        table = {row["file"]: row for row in pq.read_table(story.folder / "s3.parquet").to_pylist()}
        assert table.pop("s3://films/archive/garbage.mp4")["kind"] == "input"
        expected = labels_of_scan(binary, [str(clip) for clip in clips[:8]], story.folder / "s3-scan", MODEL)
        for number, clip in enumerate(clips[:8]):
            row = table.pop(f"s3://films/archive/{number} ä%20.mp4")
            best = expected[str(clip)]
            assert (row["label"], row["score"], row["size"]) == (best["label"], best["score"], clip.stat().st_size)
        assert not table
        # No key of the store is in what was written.
        keys = [entry["Key"] for entry in store.list_objects_v2(Bucket="films", Prefix="out/")["Contents"]]
        assert not any(b"k:s@" in store.get_object(Bucket="films", Key=key)["Body"].read() for key in keys)
        second = scan("s3-second")
        assert second.wait() == 1 and "9 done already, 0 to do" in second.words
    finally:
        server.stop()


def test_nothing_is_left_running(story):
    until(lambda: not processes("worker") and not processes("scan-worker"), 60)
