"""Which videos there are: the walk of `r2p1d-video scan`, over any filesystem."""

import os

import pyarrow as pa
import pyarrow.fs

from .places import Place, stamp_of

#: How videos' names end, as in `r2p1d-video scan`.
VIDEO_ENDINGS = frozenset(
    "3g2 3gp amv asf avi divx dv f4v flv gif h264 hevc ivf m1v m2t m2ts m2v m4v mjpeg mjpg mkv mod mov mp4 mpe "
    "mpeg mpg mpv mts mxf nut ogm ogv qt rm rmvb tod ts vob webm wmv y4m".split()
)

SCHEMA = pa.schema(
    [
        # The path from the root on, or the URI. Bytes that are not UTF-8 are written \xNN …
        ("file", pa.string()),
        # … and then these are the exact ones; else null.
        ("file_bytes", pa.binary()),
        ("size", pa.int64()),
        ("mtime_ns", pa.int64()),
        # Where a file that is not local is read from, with what its filesystem needs; else empty.
        ("root", pa.string()),
    ]
)


def list_videos(uris, *, all=False):
    """The videos at `uris`, folders and files, biggest first: file, size and modification time of each.

    In folders, hidden names are skipped and only names that end as videos' do are taken, or `all`. What is named
    itself is always taken, whether it is there or not.
    """
    if isinstance(uris, (str, bytes, os.PathLike)):
        uris = [uris]
    found = {}
    for uri in uris:
        for row in _files(Place(uri), all):
            found.setdefault((row["file"], row["file_bytes"]), row)
    rows = sorted(found.values(), key=lambda row: (-row["size"], row["file"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _files(place, takes_all):
    if place.is_local:
        return _local_files(os.fsencode(place.base), takes_all)
    return _remote_files(place, takes_all)


def _local_files(path, takes_all):
    if not os.path.isdir(path):
        yield _local_row(path)
        return
    yield from _walk(path, takes_all, set())


def _walk(folder, takes_all, above):
    identity = os.stat(folder)
    identity = (identity.st_dev, identity.st_ino)
    if identity in above:
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith(b"."):
            continue
        if entry.is_dir():
            yield from _walk(entry.path, takes_all, above | {identity})
        elif takes_all or is_video_name(os.fsdecode(entry.name)):
            yield _local_row(entry.path)


def _local_row(path):
    try:
        status = os.stat(path)
        size, modified = status.st_size, status.st_mtime_ns
    except OSError:
        size, modified = -1, 0
    return {**name(path), "size": size, "mtime_ns": modified, "root": ""}


def name(path):
    """The columns `file` and `file_bytes` of a path in bytes."""
    try:
        return {"file": path.decode(), "file_bytes": None}
    except UnicodeDecodeError:
        text = "".join(
            f"\\x{ord(c) - 0xDC00:02X}" if 0xDC80 <= ord(c) <= 0xDCFF else c
            for c in path.decode(errors="surrogateescape")
        )
        return {"file": text, "file_bytes": path}


def _remote_files(place, takes_all):
    info = place.filesystem.get_file_info(place.path)
    if info.type != pa.fs.FileType.Directory:
        yield _remote_row(place, info)
        return
    selector = pa.fs.FileSelector(place.path, recursive=True)
    for info in sorted(place.filesystem.get_file_info(selector), key=lambda info: info.path.split("/")):
        below = info.path[len(place.path):].strip("/").split("/")
        is_hidden = any(part.startswith(".") for part in below)
        if info.type == pa.fs.FileType.File and not is_hidden and (takes_all or is_video_name(below[-1])):
            yield _remote_row(place, info)


def _remote_row(place, info):
    size, modified = stamp_of(info) if info.type == pa.fs.FileType.File else (-1, 0)
    file = place.file_of(info.path)
    return {"file": file, "file_bytes": None, "size": size, "mtime_ns": modified, "root": place.uri}


def is_video_name(name):
    stem, dot, ending = name.rpartition(".")
    return bool(stem and dot) and ending.lower() in VIDEO_ENDINGS
