"""What needs no cluster: listings, copies, the worker's process, blocks, choosing rows."""

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import MODEL, ROOT, archive, processes, until

from r2p1d_video_ray import LabelVideos, Unfinished, WorkerFailed, finish, list_videos, worker_settings
from r2p1d_video_ray.labelling import SCHEMA
from r2p1d_video_ray.listing import VIDEO_ENDINGS
from r2p1d_video_ray.output import Output
from r2p1d_video_ray.places import Copies, Place, _without_secrets
from r2p1d_video_ray.plan import blocks, files_to_do


@pytest.fixture
def tree(tmp_path):
    """Names of all kinds; which of them a scan takes is `scan`'s own to say."""
    for name in ["a.mp4", "B.MKV", "c.txt", ".hidden.mp4", "noending", ".mp4", "sub/d.mov", ".git/e.mp4", "x.mp4/f.avi",
                 "two\nlines.mp4", "é ü.webm", "a%20b.mp4", "p.mp4.part"]:
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * len(name))
    (tmp_path / "tree" / "sub" / "loop").symlink_to(tmp_path / "tree")
    (tmp_path / "tree" / "dangling.mp4").symlink_to("nowhere")
    with open(os.fsencode(tmp_path / "tree") + b"/\xff.mp4", "wb"):
        pass
    return tmp_path / "tree"


def test_a_listing_is_the_walk_of_scan(tree, binary, tmp_path):
    subprocess.run([binary, "scan", tree, "--format", "jsonl", "--quiet", "--output", tmp_path / "s", *MODEL])
    scanned = [json.loads(line)["file"] for line in (tmp_path / "s").read_text().splitlines()]
    assert len(scanned) > 8
    assert sorted(list_videos(tree).column("file").to_pylist()) == sorted(scanned)


def test_the_endings_are_those_of_the_program():
    source = (ROOT / "Sources/R2P1DVideo/Files/BytePath+Folder.swift").read_text()
    words = source.partition("videoExtensions: Set<String> = [")[2].partition("]")[0]
    assert {word.strip().strip('"') for word in words.split(",") if word.strip()} == VIDEO_ENDINGS


def test_the_biggest_come_first_with_their_stamps(tree):
    listing = list_videos([tree, tree / "c.txt", "none.mp4"]).to_pylist()
    assert [row["size"] for row in listing] == sorted((row["size"] for row in listing), reverse=True)
    rows = {row["file"]: row for row in listing}
    status = (tree / "a.mp4").stat()
    row = rows[str(tree / "a.mp4")]
    assert (row["size"], row["mtime_ns"]) == (status.st_size, status.st_mtime_ns)
    # What is named is taken, whatever it is called and whether it is there.
    assert str(tree / "c.txt") in rows
    assert rows[os.path.abspath("none.mp4")]["size"] == -1
    assert rows[str(tree) + "/\\xFF.mp4"]["file_bytes"].endswith(b"/\xff.mp4")


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_local_files_are_read_where_they_are(tree, scheme):
    assert set(list_videos(f"{scheme}{tree}").column("root").to_pylist()) == {""}


def test_files_elsewhere_are_listed_and_copied(clips):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name in ["a.mp4", "b c%20.mp4", "sub/d.mp4", ".hidden/e.mp4", "f.txt"]:
        memory.pipe(f"/archive/{name}", clips[0].read_bytes())
    listing = list_videos("memory://archive").to_pylist()
    assert sorted(row["file"] for row in listing) == [
        "memory://archive/a.mp4", "memory://archive/b c%20.mp4", "memory://archive/sub/d.mp4"]
    assert {row["size"] for row in listing} == {clips[0].stat().st_size}
    copies = Copies()
    copy, stamp = copies.fetch(Place("memory://archive"), "memory://archive/b c%20.mp4")
    assert pathlib.Path(copy).read_bytes() == clips[0].read_bytes() and stamp[0] == clips[0].stat().st_size
    copies.close()
    assert not os.path.exists(copy)


def test_at_most_one_file_is_copied_in_advance(clips, binary, monkeypatch):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for number in range(6):
        memory.pipe(f"/many/{number}.mp4", clips[number].read_bytes())
    memory.pipe("/many/garbage.mp4", b"no video" * 1000)
    listing = list_videos(["memory://many", "memory://many/gone.mp4"])
    labeller = LabelVideos(MODEL, binary=binary)
    held = []
    fetch = labeller.copies.fetch

    def counted(*arguments):
        copy = fetch(*arguments)
        held.append(len([name for name in os.listdir(labeller.copies.folder) if not name.startswith(".")]))
        return copy

    monkeypatch.setattr(labeller.copies, "fetch", counted)
    rows = labeller(listing).to_pylist()
    assert [row["file"] for row in rows] == listing.column("file").to_pylist()
    assert max(held) == 2 and len(held) == 7
    assert [name for name in os.listdir(labeller.copies.folder) if not name.startswith(".")] == []
    kinds = {row["file"]: (row["status"], row["kind"]) for row in rows}
    assert kinds.pop("memory://many/garbage.mp4") == ("failed", "input")
    assert kinds.pop("memory://many/gone.mp4") == ("failed", "missing")
    assert set(kinds.values()) == {("ok", None)}
    assert all('"file":"memory://many/' in row["answer"] for row in rows if row["status"] == "ok")
    labeller.close()


def test_copies_of_a_killed_process_are_removed_by_the_next(tmp_path, clips, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    script = (
        "import tempfile, os, signal; from r2p1d_video_ray.places import Copies, Place;"
        f"tempfile.tempdir = {str(tmp_path)!r}; import fsspec; fsspec.filesystem('memory').pipe('/k/a.mp4', b'x');"
        "c = Copies(); c.fetch(Place('memory://k'), 'memory://k/a.mp4'); os.kill(os.getpid(), signal.SIGKILL)")
    subprocess.run([sys.executable, "-c", script])
    left = list(tmp_path.iterdir())
    assert len(left) == 1
    copies = Copies()
    copies._make_folder()
    assert not left[0].exists() and os.path.exists(copies.folder)
    copies.close()


def test_a_worker_that_is_killed_is_started_again_and_no_file_is_left_out(tmp_path, clips, binary):
    folder = archive(tmp_path / "archive", clips, 24)
    labeller = LabelVideos(MODEL, binary=binary)
    listing = list_videos(folder)
    first = labeller.worker.process.pid

    def kill_one():
        until(lambda: [p for p, parent in processes("scan-worker").items() if parent == first])
        os.kill(first, 9)

    killer = threading.Thread(target=kill_one)
    killer.start()
    rows = labeller(listing).to_pylist()
    killer.join()
    assert [row["file"] for row in rows] == listing.column("file").to_pylist()
    assert {row["status"] for row in rows} == {"ok"}
    assert labeller.worker.process.pid != first
    labeller.close()


@pytest.mark.parametrize("of", [
    lambda table: table,
    lambda table: {name: table.column(name).to_numpy() for name in table.column_names},
    lambda table: table.to_pandas(),
], ids=["pyarrow", "numpy", "pandas"])
def test_a_batch_may_have_any_of_rays_formats(of, tree, clips, binary):
    labeller = LabelVideos(MODEL, binary=binary)
    rows = labeller(of(list_videos([clips[0], tree]))).to_pylist()
    assert rows[0]["status"] == "ok" and rows[0]["size"] == clips[0].stat().st_size
    assert [row["file"] for row in rows] == list_videos([clips[0], tree]).column("file").to_pylist()
    assert {row["kind"] for row in rows[1:]} == {"input", "missing"}
    labeller.close()


def test_a_file_that_ends_the_worker_each_time_is_a_row(tmp_path, clips, binary):
    """A worker in front of the real one, which dies of the request that is called poison."""
    poison = tmp_path / "poison.mp4"
    poison.write_bytes(clips[0].read_bytes())
    fake = tmp_path / "r2p1d-video"
    fake.write_text(f"""#!{sys.executable}
import subprocess, sys
p = subprocess.Popen([{binary!r}, *sys.argv[1:]], stdin=subprocess.PIPE, bufsize=0)
request = b""
while byte := sys.stdin.buffer.raw.read(1):
    request += byte
    if byte == b"\\0":
        if b"poison" in request:
            p.kill(); p.wait(); sys.exit(1)
        p.stdin.write(request)
        request = b""
p.stdin.close()
sys.exit(p.wait())
""")
    fake.chmod(0o755)
    labeller = LabelVideos(MODEL, binary=str(fake))
    listing = list_videos([poison, *clips[:4]])
    rows = {row["file"]: row for row in labeller(listing).to_pylist()}
    assert rows[str(poison)]["kind"] == "worker" and rows[str(poison)]["status"] == "failed"
    assert {rows[str(clip)]["status"] for clip in clips[:4]} == {"ok"}
    labeller.close()


@pytest.mark.parametrize("options", [["--model", "none.safetensors"], ["--no-such-option"]])
def test_options_with_which_no_worker_runs_raise(options, binary):
    with pytest.raises(WorkerFailed):
        worker_settings(options, binary)


def test_other_settings_than_the_drivers_are_refused_before_any_row(binary):
    with pytest.raises(WorkerFailed, match="other settings"):
        LabelVideos(MODEL, settings=worker_settings(MODEL + ["--top", "1"], binary), binary=binary)


@pytest.mark.parametrize("sizes,expected", [
    ([1] * 70, [32, 32, 6]), ([], []), ([1000] + [1] * 40, [1, 32, 8]), ([0] * 3, [3]), ([-1, -1], [2])])
def test_blocks_hold_as_much_work_as_each_other(sizes, expected):
    table = pa.table({"size": pa.array(sizes, pa.int64())})
    cut = blocks(table, 32)
    assert [len(block) for block in cut] == expected
    assert sum((block.column("size").to_pylist() for block in cut), []) == sizes


def row(file, **changes):
    base = {
        "file": file, "file_bytes": None, "size": 1, "mtime_ns": 1, "settings": "s", "status": "ok", "label": "x",
        "made_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)}
    return {**{name: None for name in SCHEMA.names}, **base, **changes}


LATER = datetime.datetime(2026, 2, 1, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize("rows,label", [
    ([row("a", label="1")], "1"),
    ([row("a", label="1"), row("a", label="1")], "1"),
    ([row("a", label="1", size=2), row("a", label="2")], "2"),
    ([row("a", label="1"), row("a", label="2", settings="t")], "1"),
    ([row("a", label=None, status="failed"), row("a", label="2")], "2"),
    ([row("a", label="1"), row("a", label=None, status="failed", made_at=LATER)], "1"),
    ([row("a", label="1"), row("a", label="2", made_at=LATER)], "2"),
    ([row("a", size=2)], None), ([row("a", mtime_ns=2)], None), ([row("a", settings="t")], None), ([row("b")], None),
    ([row("a", file_bytes=b"\xff")], None),
])
def test_each_listed_file_has_one_row_of_its_stamp_and_settings(tmp_path, rows, label):
    listing = pa.Table.from_pylist(
        [{"file": "a", "file_bytes": None, "size": 1, "mtime_ns": 1, "root": ""}], schema=list_videos([]).schema)
    output = Output(tmp_path)
    output.record(listing, "s")
    for number, one in enumerate(rows):
        output._write(pa.Table.from_pylist([one], schema=SCHEMA), "parts", f"{number}.parquet")
    (tmp_path / "parts" / "torn.parquet").write_bytes((tmp_path / "parts" / "0.parquet").read_bytes()[:-20])
    left = files_to_do(listing, tmp_path, "s")
    if label is None:
        assert len(left) == 1
        with pytest.raises(Unfinished) as missing:
            finish(tmp_path)
        assert missing.value.missing == ["a"] and not (tmp_path / "labels.parquet").exists()
    else:
        assert len(left) == 0
        done = finish(tmp_path)
        assert (done.files, done.superseded, done.torn) == (1, len(rows) - 1, 1)
        assert pq.read_table(tmp_path / "labels.parquet").column("label").to_pylist() == [label]


@pytest.mark.parametrize("uri,base", [
    ("s3://k:s@bucket/a b?region=x", "s3://bucket/a b"), ("s3://bucket", "s3://bucket"), ("gs://b/c/", "gs://b/c"),
    ("hdfs://user@host:9000/x/y", "hdfs://host:9000/x/y"), ("s3://bucket/a@b/c", "s3://bucket/a@b/c")])
def test_names_of_files_hold_no_keys(uri, base):
    assert _without_secrets(uri) == base


def test_the_package_is_installed_by_pip(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT / "integrations/ray", source, ignore=shutil.ignore_patterns("tests", "build", "*.egg-info"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    run = subprocess.run([*install, "--target", tmp_path / "site", source], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    run = subprocess.run(
        [sys.executable, "-m", "r2p1d_video_ray", "scan", "--help"], capture_output=True, text=True, env=environment,
        cwd=tmp_path)
    assert run.returncode == 0 and "--retry-failed" in run.stdout
