"""A run's output: parts that Ray writes, what was asked for, and the table that is made of both.

    OUTPUT/_run.json           the settings of the latest run
    OUTPUT/_listing.parquet    the files that it was to label
    OUTPUT/parts/*.parquet     rows, as blocks of them ended; a file may have several, of other stamps or settings
    OUTPUT/labels.parquet      made by `finish`: each listed file exactly once
"""

import collections
import io
import json

import pyarrow as pa
import pyarrow.fs
import pyarrow.parquet as pq

from .labelling import SCHEMA
from .listing import SCHEMA as LISTING
from .places import Place

KEY = ["file", "file_bytes", "size", "mtime_ns"]

Finished = collections.namedtuple("Finished", "files failed superseded torn")


TABLE = "labels.parquet"


class Unfinished(RuntimeError):
    """Some listed files have no row: their names are in `missing`."""

    def __init__(self, missing, files):
        self.missing = missing
        super().__init__(f"{len(missing)} of {files} files have no row yet; run the same command again")


class Output:
    def __init__(self, uri, table=TABLE):
        self.place = Place(uri)
        self.table = table
        #: What `finish` makes, which is no part.
        self.tables = {TABLE, table}
        self.parts = self.place.join("parts")

    def record(self, listing, settings):
        """Notes what a run is to label, and how."""
        self.place.make_folder("parts")
        columns = [name for name in LISTING.names if name != "root"]
        self._write(listing.select(columns), "_listing.parquet")
        self.place.write(json.dumps({"settings": settings}).encode(), "_run.json")

    @property
    def settings(self):
        data = self.place.read("_run.json")
        if data is None:
            raise FileNotFoundError(f"{self.place.base}: no run has begun here (_run.json is missing)")
        return json.loads(data)["settings"]

    @property
    def listing(self):
        data = self.place.read("_listing.parquet")
        if data is None:
            raise FileNotFoundError(f"{self.place.base}: no run has begun here (_listing.parquet is missing)")
        return pq.read_table(pa.BufferReader(data))

    def rows(self, columns=None):
        """The rows of all whole parts, and how many parts are torn: whoever wrote those was killed.

        Parts lie in `parts`; some beside it, written by `write_parquet(OUTPUT)`, count too.
        """
        tables, torn = [pa.schema([SCHEMA.field(name) for name in columns or SCHEMA.names]).empty_table()], 0
        for path in self.parts_written():
            try:
                tables.append(self.part(path, columns))
            except (pa.ArrowInvalid, OSError):
                torn += 1
        return pa.concat_tables(tables), torn

    def part(self, path, columns=None):
        """The rows of one part; raises where it is torn."""
        with self.place.filesystem.open_input_file(path) as file:
            table = pq.ParquetFile(file).read(columns)
        return table.cast(pa.schema([SCHEMA.field(name) for name in table.column_names]))

    def parts_written(self):
        for folder in (self.place.path, self.parts):
            selector = pa.fs.FileSelector(folder, allow_not_found=True)
            for info in sorted(self.place.filesystem.get_file_info(selector), key=lambda info: info.path):
                is_part = info.base_name.endswith(".parquet") and not info.base_name.startswith(("_", "."))
                if info.type == pa.fs.FileType.File and is_part and info.base_name not in self.tables:
                    yield info.path

    def add(self, rows):
        """Rows that the driver itself writes."""
        name = f"driver-{rows[0]['made_at']:%Y%m%d%H%M%S%f}.parquet"
        self._write(pa.Table.from_pylist(rows, schema=SCHEMA), "parts", name)

    def write_table(self, tables):
        """Makes the table of several, of which one at a time is held."""
        with self.place.writing(self.table) as stream, pq.ParquetWriter(stream, SCHEMA) as writer:
            for table in tables:
                writer.write_table(table)

    def _write(self, table, *names):
        data = io.BytesIO()
        pq.write_table(table, data)
        self.place.write(data.getvalue(), *names)


def keys(table):
    """A hashable for each row: the file as it was."""
    return list(zip(*(table.column(name).to_pylist() for name in KEY)))


def finish(output, table=TABLE, *, settings=None):
    """Makes the table in the folder `output`, which holds every file of the latest listing exactly once.

    Of several rows of a file, as it was listed and with the run's settings, one that is not failed counts, else the
    latest. Where files have none, nothing is written and `Unfinished` names them.
    """
    output = Output(output, table)
    settings = settings or output.settings
    wanted = keys(output.listing)
    best, rows, torn = choose(output, settings, set(wanted))
    missing = [key[0] for key in wanted if key not in best]
    if missing:
        raise Unfinished(missing, len(wanted))
    chosen = collections.defaultdict(list)
    for choice in best.values():
        chosen[choice.part].append(choice.row)
    output.write_table(output.part(part).take(sorted(chosen[part])) for part in sorted(chosen))
    failed = sum(not choice.rank[0] for choice in best.values())
    return Finished(len(wanted), failed, rows - len(wanted), torn)


#: A row that counts: the higher its rank, the more.
Choice = collections.namedtuple("Choice", "rank part row")


def choose(output, settings, wanted):
    """The row that counts of each wanted file that has one; how many rows there are, and how many parts are torn."""
    best, rows, torn = {}, 0, 0
    for part in output.parts_written():
        try:
            table = output.part(part, [*KEY, "settings", "status", "made_at"])
        except (pa.ArrowInvalid, OSError):
            torn += 1
            continue
        facts = zip(keys(table), *(table.column(name).to_pylist() for name in ("settings", "status", "made_at")))
        for row, (key, with_settings, status, made_at) in enumerate(facts):
            choice = Choice((status != "failed", made_at), part, row)
            if with_settings == settings and key in wanted and (key not in best or choice.rank > best[key].rank):
                best[key] = choice
        rows += len(table)
    return best, rows, torn
