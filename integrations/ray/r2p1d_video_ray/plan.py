"""What is left to do, in blocks for Ray."""

import pyarrow as pa

from .output import Output, keys

#: Files in a block at most: what a killed actor does again.
BLOCK = 32


def todo(listing, output, settings, *, retry_failed=False, rows_per_block=BLOCK):
    """A Ray dataset of the files of `listing` that have no row in `output` for what they are now and `settings`.

    Notes listing and settings in the output: `finish` holds the rows against them. Biggest first; a block ends with
    `rows_per_block` files, or before where they are large, so that no actor is left with all the largest.
    """
    import ray

    left = files_to_do(listing, output, settings, retry_failed=retry_failed)
    return ray.data.from_arrow(blocks(left, rows_per_block) or [left])


def files_to_do(listing, output, settings, *, retry_failed=False):
    output = Output(output)
    output.record(listing, settings)
    rows, _ = output.rows(["file", "file_bytes", "size", "mtime_ns", "settings", "status"])
    statuses = zip(keys(rows), rows.column("settings").to_pylist(), rows.column("status").to_pylist())
    done = {
        key for key, with_settings, status in statuses
        if with_settings == settings and not (retry_failed and status == "failed")
    }
    left = [number for number, key in enumerate(keys(listing)) if key not in done]
    return listing.take(pa.array(left, pa.int64())).sort_by([("size", "descending"), ("file", "ascending")])


def blocks(files, rows_per_block=BLOCK):
    """Slices of a table that is sorted by size."""
    sizes = [max(size, 0) for size in files.column("size").to_pylist()]
    # As many bytes as a block of average files has, but a file at least.
    most = sum(sizes) / max(len(sizes), 1) * rows_per_block
    slices, start, held = [], 0, 0
    for number, size in enumerate(sizes):
        if number > start and (number - start >= rows_per_block or held + size > most):
            slices.append(files.slice(start, number - start))
            start, held = number, 0
        held += size
    return slices + ([files.slice(start)] if start < len(sizes) else [])
