#!/usr/bin/env bash
# FFmpeg copies H.264 from MP4 into AVI as it is: units behind their lengths, MP4's configuration record (avcC) behind the
# BITMAPINFOHEADER, and MP4's code avc1. Encoding into AVI gives start codes and the code H264, and the same copy into
# MPEG-TS is converted without being asked. A reader that looks for start codes in any AVI finds none.
# So a reader of AVI has to know both: by the record, not by the container.
#
#   findings/avi-length-prefixed-h264.sh      uses the ffmpeg on the path, with libx264; fails if it behaves otherwise
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ffmpeg -version | head -1

ffmpeg -v error -f lavfi -i testsrc2=s=64x64:r=10:d=1 -c:v libx264 encoded.avi
ffmpeg -v error -f lavfi -i testsrc2=s=64x64:r=10:d=1 -c:v libx264 film.mp4
ffmpeg -v error -i film.mp4 -c copy copied.avi
ffmpeg -v error -i film.mp4 -c copy copied.ts
python3 - <<'END'
import subprocess, sys

failures = 0


def check(what, found, expected):
    global failures
    failures += found != expected
    print("as described" if found == expected else "OTHERWISE   ", f"{what}: {found}")


def first_chunk(name):
    """The first video chunk, what stands behind the 40 bytes of the stream's BITMAPINFOHEADER, and its code."""
    data = open(name, "rb").read()
    place = data.index(b"00dc", data.index(b"movi"))
    size = int.from_bytes(data[place + 4:place + 8], "little")
    header = data.index(b"strf")
    format_size = int.from_bytes(data[header + 4:header + 8], "little")
    code = data[header + 8 + 16:header + 8 + 20].decode()
    return data[place + 8:place + 8 + size], data[header + 8 + 40:header + 8 + format_size], code


encoded, _, code = first_chunk("encoded.avi")
check("encoded into AVI: code", code, "H264")
copied, record, code = first_chunk("copied.avi")
check("copied into AVI: code", code, "avc1")
length = int.from_bytes(copied[:4], "big")
check("encoded into AVI: begins with a start code", encoded[:4] in (b"\0\0\0\1", b"\0\0\1\x67"), True)
check("copied into AVI: begins with a start code", copied[:4] == b"\0\0\0\1" or copied[:3] == b"\0\0\1", False)
check("copied into AVI: begins with the length of a unit within it", 0 < length < len(copied), True)
check("copied into AVI: has MP4's configuration record, version", record[:1].hex(), "01")
stream = subprocess.run(
    ["ffprobe", "-v", "error", "-show_entries", "stream=is_avc", "-of", "csv=p=0", "copied.ts"],
    capture_output=True, text=True, check=True).stdout
check("copied into MPEG-TS: units behind lengths", stream.split()[0].strip(","), "false")
sys.exit(failures > 0)
END
