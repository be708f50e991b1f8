#!/usr/bin/env python3
"""What `label --windows 5` and `timeline --stride 16` read of films, with an empty file cache, and how long they take.

  measure.py PROGRAM[,OTHER] FILM…     the programs take turns; MODEL=NAME (camera-motion), ROUNDS=1, COMMANDS="label timeline"
  PEER=PYTHON                          with COMMANDS=label: that Python's torchcodec takes its turn, too, in approximate mode,
                                       frames alone; its libraries count as read, once they are in the cache not as from disk

As root on Linux, for the file cache is emptied before each run. Bytes read are the program's own count (`receipt`), bytes
from the disk the kernel's (ru_inblock, which is `read_bytes` of /proc/PID/io).
"""
import json, os, pathlib, subprocess, sys, time

COMMANDS = {"label": ["--windows", "5"], "timeline": ["--stride", "16"]}


def empty_cache(*commands):
    """Empties the file cache, but for what these commands load: their own pages are not the film's."""
    subprocess.run(["sync"], check=True)
    with open("/proc/sys/vm/drop_caches", "w") as caches:
        caches.write("3")
    for command in commands:
        subprocess.run(command, stdout=subprocess.DEVNULL)


def timed(words):
    """Seconds, bytes from the disk, and what the command wrote."""
    began = time.monotonic()
    child = subprocess.Popen(words, stdout=subprocess.PIPE)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(words)}: status {status}")
    return time.monotonic() - began, usage.ru_inblock * 512, output


def run(program, command, film):
    empty_cache([program, "--version"], [program, "models", "list"])
    words = [program, command, film, "--model", os.environ.get("MODEL", "camera-motion"), "--format", "json", "--quiet"]
    seconds, blocks, output = timed(words + COMMANDS[command])
    result = json.loads(output)
    receipt = (result[0] if isinstance(result, list) else result)["receipt"]
    return seconds, blocks, receipt.get("bytesRead"), f"{receipt['framesDecoded']} frames decoded  {program}"


def run_peer(python, film):
    empty_cache([python, "-c", "import torchcodec.decoders"])
    script = pathlib.Path(__file__).with_name("torchcodec_frames.py")
    seconds, blocks, output = timed([python, str(script), film])
    return seconds, blocks, int(output), "torchcodec"


def main(programs, films):
    peer = os.environ.get("PEER")
    for film in films:
        size = os.path.getsize(film)
        for command in os.environ.get("COMMANDS", "label timeline").split():
            for _ in range(int(os.environ.get("ROUNDS", "1"))):
                runs = [lambda program=program: run(program, command, film) for program in programs.split(",")]
                for attempt in runs + ([lambda: run_peer(peer, film)] if peer and command == "label" else []):
                    seconds, blocks, read, who = attempt()
                    print(
                        f"{command:8} {os.path.basename(film):14} {seconds:7.2f} s, from the disk {blocks / 1e6:8.1f} MB"
                        f" ({blocks / size:.3f} of the file), read",
                        "unknown" if read is None else f"{read / 1e6:8.1f} MB ({read / size:.3f})",
                        who,
                        flush=True,
                    )


if len(sys.argv) < 3:
    sys.exit(__doc__)
main(sys.argv[1], sys.argv[2:])
