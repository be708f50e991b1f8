"""Files wherever pyarrow.fs or fsspec reads them: local ones are used where they are, others are copied first."""

import contextlib
import fcntl
import functools
import glob
import os
import shutil
import tempfile
import urllib.parse

import pyarrow as pa
import pyarrow.fs

PIECE = 8 << 20


class Place:
    """A folder or file by its path or its URI, of which keys and what follows `?` are for the filesystem alone."""

    def __init__(self, uri):
        uri = os.fspath(uri)
        if isinstance(uri, bytes):
            uri = os.fsdecode(uri)
        if uri.startswith("file://"):
            uri = urllib.parse.unquote(urllib.parse.urlsplit(uri).path)
        self.is_local = "://" not in uri
        #: What names of files in it begin with, in listings and tables.
        self.base = os.path.abspath(uri) if self.is_local else _without_secrets(uri)
        self.uri = self.base if self.is_local else uri
        self.filesystem, self.path = _resolve(self.uri)

    def join(self, *names):
        return "/".join([self.path.rstrip("/"), *names])

    def path_of(self, file):
        """The path, for the filesystem, of a file that was listed here."""
        return self.path.rstrip("/") + file[len(self.base):]

    def file_of(self, path):
        """The name, in listings, of what the filesystem calls `path`."""
        return self.base + path[len(self.path.rstrip("/")):]

    def read(self, *names):
        """The bytes of a small file; None if there is none."""
        try:
            with self.filesystem.open_input_stream(self.join(*names)) as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def writing(self, *names):
        """A stream into a file that appears under its name whole, or not at all."""
        target = self.join(*names)
        draft = f"{target}.{os.getpid()}.draft"
        self.make_folder(*names[:-1])
        try:
            with self.filesystem.open_output_stream(draft) as stream:
                yield stream
        except BaseException:
            with contextlib.suppress(OSError):
                self.filesystem.delete_file(draft)
            raise
        self.filesystem.move(draft, target)

    def write(self, data, *names):
        with self.writing(*names) as stream:
            stream.write(data)

    def make_folder(self, *names):
        if self.is_local:
            os.makedirs(self.join(*names), exist_ok=True)
        else:
            self.filesystem.create_dir(self.join(*names), recursive=True)


def _without_secrets(uri):
    """The URI without what only the filesystem is to know: keys before the host, and all behind `?`."""
    scheme, _, rest = uri.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}".rstrip("/")


@functools.lru_cache(maxsize=64)
def _resolve(uri):
    if "://" not in uri:
        return pa.fs.LocalFileSystem(), uri
    try:
        return pa.fs.FileSystem.from_uri(uri)
    except pa.ArrowInvalid:
        # Not one of Arrow's own.
        import fsspec

        filesystem, path = fsspec.core.url_to_fs(uri)
        return pa.fs.PyFileSystem(pa.fs.FSSpecHandler(filesystem)), path


@functools.lru_cache(maxsize=64)
def place(uri):
    return Place(uri)


class Copies:
    """A folder of this process for copies of files that are elsewhere; it goes with the process, however it ends."""

    prefix = "r2p1d-video-ray-"

    def __init__(self):
        self.folder = None
        self.count = 0

    def fetch(self, source, file):
        """A copy of `file` of the place `source`, and the size and modification time of what was copied."""
        if self.folder is None:
            self._make_folder()
        path = source.path_of(file)
        info = source.filesystem.get_file_info(path)
        if info.type != pa.fs.FileType.File:
            raise FileNotFoundError(2, "No such file or directory")
        self.count += 1
        copy = os.path.join(self.folder, f"{self.count}{os.path.splitext(path)[1][:16]}")
        try:
            with source.filesystem.open_input_stream(path) as stream, open(copy, "wb") as target:
                while piece := stream.read(PIECE):
                    target.write(piece)
        except BaseException:
            self.remove(copy)
            raise
        return copy, stamp_of(info)

    def remove(self, copy):
        try:
            os.unlink(copy)
        except FileNotFoundError:
            pass

    def close(self):
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self.lock)
            self.folder = None

    def _make_folder(self):
        for folder in glob.glob(os.path.join(glob.escape(tempfile.gettempdir()), self.prefix + "*")):
            self._sweep(folder)
        self.folder = tempfile.mkdtemp(prefix=self.prefix)
        # As long as this process lives, and no longer, others see by it that the folder is in use.
        self.lock = os.open(os.path.join(self.folder, ".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    @staticmethod
    def _sweep(folder):
        """Removes a folder whose process was killed."""
        try:
            lock = os.open(os.path.join(folder, ".lock"), os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(lock)


def stamp_of(info):
    """Size and modification time in ns, as of a listing; -1 and 0 where they are not known."""
    size = -1 if info.size is None else info.size
    return size, 0 if info.mtime_ns is None else info.mtime_ns
