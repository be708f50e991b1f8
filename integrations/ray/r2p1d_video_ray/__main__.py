"""python -m r2p1d_video_ray scan URI… --output URI [options of the cluster] [options of `r2p1d-video worker`]"""

import argparse
import datetime
import json
import os
import signal
import socket
import sys

from .labelling import LabelVideos
from .listing import list_videos
from .output import Output, Unfinished, finish, keys
from .plan import BLOCK, files_to_do, todo
from .worker import WorkerFailed, worker_settings

#: How often a block is begun where its actor or node dies.
TRIES = 3


def say(text):
    print(f"r2p1d-video-ray: {text}", file=sys.stderr, flush=True)


def end_softly():
    """SLURM and Kubernetes end a driver by TERM, which is to do what Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def main(arguments=None):
    end_softly()
    try:
        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        say("interrupted; every part that is written counts: run the same command to resume")
        return 130
    except (WorkerFailed, OSError, ValueError) as error:
        say(" ".join(str(error).split()))
        return 2
    except Exception as error:
        if not _is_rays(error):
            raise
        # Its last line is the cause; the lines above, of which Ray's own log has more, are how it came up.
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        say(f"Ray has given up: {lines[-1] if lines else type(error).__name__}")
        return 2


def _is_rays(error):
    """Whether Ray raised it; it is imported only where there is something to do."""
    return any(cls.__module__.startswith("ray.") for cls in type(error).__mro__)


def run(arguments):
    parser = argparse.ArgumentParser(prog="python -m r2p1d_video_ray", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    scan_parser = commands.add_parser(
        "scan", allow_abbrev=False, usage="%(prog)s URI… --output URI [options] [options of r2p1d-video worker]",
        help="label all videos at the URIs; again, what is missing",
        description="Options that are not listed here go to `r2p1d-video worker`: --model, --windows, --stride …")
    scan_parser.add_argument("--output", required=True, metavar="URI", help="a folder that all nodes reach")
    scan_parser.add_argument(
        "--address", help="the cluster; auto: this machine's (default: that, else a new local one)")
    scan_parser.add_argument("--actors", type=positive, help="workers at once (default: as the cluster's CPUs allow)")
    scan_parser.add_argument("--cpus-per-actor", type=positive, default=2, help="(default: 2)")
    scan_parser.add_argument("--rows-per-block", type=positive, help=f"(default: {BLOCK}, fewer for few files)")
    scan_parser.add_argument("--retry-failed", action="store_true", help="try files that failed before once more")
    scan_parser.add_argument("--all", action="store_true", help="every file in folders, whatever its name")
    scan_parser.add_argument("--binary", help="r2p1d-video on the nodes (default: $R2P1D_VIDEO, else on the PATH)")
    finish_parser = commands.add_parser(
        "finish", help="make labels.parquet of the parts, or say what is missing", allow_abbrev=False)
    finish_parser.add_argument("--output", required=True, metavar="URI")
    # The URIs come first: only so are the values of the worker's options, which are not known here, told apart.
    first = next((i for i, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    command, uris, rest = arguments[:1], arguments[1:first], arguments[max(first, 1):]
    parsed, options = parser.parse_known_args(command + rest)
    if parsed.command == "finish":
        if uris or options:
            finish_parser.error(f"does not take {(uris + options)[0]}")
        return conclude(parsed.output)
    if not uris:
        scan_parser.error("give folders or files to scan, before the options")
    return scan(uris, parsed, options)


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def scan(uris, parsed, options):
    settings = worker_settings(options, parsed.binary)
    listing = list_videos(uris, all=parsed.all)
    left = files_to_do(listing, parsed.output, settings, retry_failed=parsed.retry_failed)
    say(f"{len(listing)} files, {len(listing) - len(left)} done already, {len(left)} to do")
    if len(left):
        import ray

        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        if not ray.is_initialized():
            ray.init(address=parsed.address, log_to_driver=True)
        # Ray has made TERM its own.
        end_softly()
        run = Run(parsed, options, settings)
        run.label(todo(
            listing, parsed.output, settings, retry_failed=parsed.retry_failed,
            rows_per_block=run.rows_per_block(len(left))), len(left))
        run.label_what_was_lost(listing, left)
    return conclude(parsed.output)


class Run:
    def __init__(self, parsed, options, settings):
        self.parsed = parsed
        threads = [] if any(option.partition("=")[0] == "--threads" for option in options) else [
            "--threads", str(parsed.cpus_per_actor)]
        self.arguments = {"options": options + threads, "settings": settings, "binary": parsed.binary}
        self.settings = settings
        self.output = Output(parsed.output)

    @property
    def most_actors(self):
        import ray

        cores = int(ray.cluster_resources().get("CPU", 1))
        return self.parsed.actors or max(cores // self.parsed.cpus_per_actor, 1)

    def rows_per_block(self, files):
        """Several blocks for each actor, so that none waits long for the last one."""
        return self.parsed.rows_per_block or min(max(files // (4 * self.most_actors), 1), BLOCK)

    def label(self, dataset, files):
        """Writes a row for each file, but for those whose blocks Ray gives up."""
        import ray

        actors = min(self.most_actors, files)
        dataset.context.max_errored_blocks = -1
        dataset.context.log_internal_stack_trace_to_stdout = False
        rows = dataset.map_batches(
            LabelVideos, fn_constructor_kwargs=self.arguments, batch_size=None, batch_format="pyarrow",
            zero_copy_batch=True, compute=ray.data.ActorPoolStrategy(size=actors),
            num_cpus=self.parsed.cpus_per_actor, max_task_retries=TRIES - 1, max_restarts=-1)
        # A writer waits for the disk and not for a CPU, which the actors have.
        rows.write_parquet(
            self.output.parts, filesystem=self.output.place.filesystem, ray_remote_args={"num_cpus": 0})

    def label_what_was_lost(self, listing, left):
        """Does files whose blocks were given up one by one; one that is given up again gets a row that says so."""
        lost = self._without_row(left)
        if not len(lost):
            return
        say(f"{len(lost)} files were lost with their actors {TRIES} times: each is tried alone")
        import ray

        self.label(ray.data.from_arrow([lost.slice(i, 1) for i in range(len(lost))]), len(lost))
        lost = self._without_row(lost)
        if not len(lost):
            return
        # Unless no worker can run at all, which is raised.
        check = ray.remote(num_cpus=self.parsed.cpus_per_actor)(LabelVideos).remote(**self.arguments)
        ray.get(check.close.remote())
        self.output.add([self._given_up(file) for file in lost.to_pylist()])

    def _without_row(self, files):
        rows, _ = self.output.rows(["file", "file_bytes", "size", "mtime_ns", "settings", "made_at"])
        made = set(zip(keys(rows), rows.column("settings").to_pylist()))
        import pyarrow as pa

        left = [number for number, key in enumerate(keys(files)) if (key, self.settings) not in made]
        return files.take(pa.array(left, pa.int64()))

    def _given_up(self, file):
        error = f"the actor was lost each of the {2 * TRIES} times that this file was tried"
        return {
            **{name: file[name] for name in ("file", "file_bytes", "size", "mtime_ns")},
            "settings": self.settings, "status": "failed", "error": error, "kind": "worker",
            "answer": json.dumps({"error": error, "file": file["file"], "kind": "worker"}),
            "node": socket.gethostname(), "made_at": datetime.datetime.now(datetime.timezone.utc),
        }


def conclude(output):
    try:
        done = finish(output)
    except Unfinished as unfinished:
        for file in unfinished.missing:
            say(f"{file}: no row")
        say(unfinished)
        return 1
    notes = [f"{done.superseded} superseded rows left out"] if done.superseded else []
    notes += [f"{done.torn} torn parts skipped"] if done.torn else []
    say(", ".join([f"{Output(output).place.join('labels.parquet')}: {done.files} files, {done.failed} failed", *notes]))
    return 1 if done.failed else 0


if __name__ == "__main__":
    sys.exit(main())
