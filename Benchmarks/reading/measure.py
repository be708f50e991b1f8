#!/usr/bin/env python3
"""What `label --windows 5` and `timeline --stride 16` read of films, with an empty file cache, and how long they take.

  measure.py PROGRAM[,OTHER] FILM…     the programs take turns; MODEL=NAME (camera-motion), ROUNDS=1, COMMANDS="label timeline"

As root on Linux, for the file cache is emptied before each run. Bytes read are the program's own count (`receipt`), bytes
from the disk the kernel's (ru_inblock, which is `read_bytes` of /proc/PID/io).
"""
import json, os, subprocess, sys, time

COMMANDS = {"label": ["--windows", "5"], "timeline": ["--stride", "16"]}


def run(program, command, film):
    subprocess.run(["sync"], check=True)
    with open("/proc/sys/vm/drop_caches", "w") as caches:
        caches.write("3")
    # The program's own pages are not the film's.
    subprocess.run([program, "--version"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "models", "list"], stdout=subprocess.DEVNULL)
    words = [program, command, film, "--model", os.environ.get("MODEL", "camera-motion"), "--format", "json", "--quiet"]
    began = time.monotonic()
    child = subprocess.Popen(words + COMMANDS[command], stdout=subprocess.PIPE)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(words)}: status {status}")
    result = json.loads(output)
    return time.monotonic() - began, usage.ru_inblock * 512, (result[0] if isinstance(result, list) else result)["receipt"]


def main(programs, films):
    for film in films:
        size = os.path.getsize(film)
        for command in os.environ.get("COMMANDS", "label timeline").split():
            for _ in range(int(os.environ.get("ROUNDS", "1"))):
                for program in programs.split(","):
                    seconds, blocks, receipt = run(program, command, film)
                    read = receipt.get("bytesRead")
                    print(
                        f"{command:8} {os.path.basename(film):14} {seconds:7.2f} s, from the disk {blocks / 1e6:8.1f} MB"
                        f" ({blocks / size:.3f} of the file), read",
                        "unknown" if read is None else f"{read / 1e6:8.1f} MB ({read / size:.3f})",
                        f"{receipt['framesDecoded']} frames decoded  {program}",
                        flush=True,
                    )


if len(sys.argv) < 3:
    sys.exit(__doc__)
main(sys.argv[1], sys.argv[2:])
