#!/usr/bin/env bash
# What a GPU does with the network, and the machine's cores beside it: for a machine with a GPU and nothing else.
#
#   Benchmarks/gpu.sh pack [OUTPUT]      on a Debian with this checkout: OUTPUT (.build/gpu.run) is this script with the program,
#                                        the libraries it needs and clips behind it, some 20 MB, that runs by itself there
#   OUTPUT [PART …]                      there: facts correct speed layers tiles scan cores; four minutes for all of them
#
# packs $BINARY (.build/release/r2p1d-video: `make build`), FFmpeg for H.264 and MP4 alone, built from this Debian's own source.
# measures $DEVICE (gpu), $MODEL (random:r2plus1d_18), in batches of $BATCHES (1 8 16 32), $RUNS calls (5), $FILES files (64),
# and begins no part after $LIMIT seconds (240). Python with torch and CUDA, where it is there, is timed beside it in alternation.
set -euo pipefail

# MARK: packing

fail() { echo "gpu.sh: $*" >&2; exit 2; }

# The libraries of FFmpeg that this machine has, without what the clips do not need and with nothing behind them.
build_ffmpeg() {
  local mirror
  command -v nasm >/dev/null || fail "nasm is missing: apt-get install nasm"
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | grep -v security | head -n 1)
  mkdir -p "$work/apt/lists/partial" "$work/source"
  echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $(. /etc/os-release; echo "$VERSION_CODENAME") main" \
    >"$work/apt/sources.list"
  local apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$work/apt/lists")
  "${apt[@]}" update
  (cd "$work" && "${apt[@]}" source --download-only ffmpeg >/dev/null 2>&1) || fail "apt has no source of ffmpeg"
  tar xf "$work"/ffmpeg_*.orig.tar.xz -C "$work/source" --strip-components 1
  (cd "$work/source" && ./configure --prefix="$work/ffmpeg" --disable-everything --disable-autodetect --disable-programs \
    --disable-doc --disable-avdevice --disable-avfilter --disable-swresample --disable-postproc --disable-debug \
    --enable-shared --disable-static --enable-decoder=h264 --enable-demuxer=mov --enable-parser=h264 --enable-protocol=file \
    >/dev/null && make -j"$(nproc)" install >/dev/null 2>&1) || fail "FFmpeg does not build"
}

# What the program asks for beside the C library, which is the other machine's.
copy_libraries() {
  local library
  cp -L "$work"/ffmpeg/lib/lib*.so.?? "$work"/ffmpeg/lib/lib*.so.? "$work/pack/libraries/" 2>/dev/null || true
  LD_LIBRARY_PATH="$work/pack/libraries" ldd "$binary" | awk '$3 ~ /^\// { print $3 }' | while read -r library; do
    case ${library##*/} in
      libc.so.* | libm.so.* | libdl.so.* | libpthread.so.* | librt.so.*) ;;
      *) [ -e "$work/pack/libraries/${library##*/}" ] || cp -L "$library" "$work/pack/libraries/" ;;
    esac
  done
  strip --strip-unneeded "$work"/pack/libraries/*
}

# Ten seconds each, of what moves and has noise: what cameras make.
make_clip() {
  ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=$1:rate=30:duration=10,noise=alls=6:allf=t" \
    -c:v libx264 -preset veryfast -crf 30 -pix_fmt yuv420p "$work/pack/clips/$2.mp4"
}

pack() {
  local output=${1:-.build/gpu.run} here
  here=$(cd "$(dirname "$0")" && pwd)
  binary=${BINARY:-$here/../.build/release/r2p1d-video}
  [ -x "$binary" ] || fail "there is no $binary: make build"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/pack/libraries" "$work/pack/clips"
  build_ffmpeg
  copy_libraries
  cp "$binary" "$work/pack/r2p1d-video"
  strip "$work/pack/r2p1d-video"
  cp "$here/gpu_torch.py" "$work/pack/"
  make_clip 340x256 small
  make_clip 1920x1080 large
  { cat "$here/gpu.sh"; echo "exit"; echo "# what is packed:"; tar cz -C "$work/pack" .; } >"$output"
  chmod +x "$output"
  [ "$(stat -c %s "$output")" -le 60000000 ] || fail "$output has more than 60 MB"
  echo "$output: $(stat -c %s "$output") bytes"
}

# MARK: measuring

heading() { printf '\n## %s (%s s)\n' "$*" "$SECONDS"; }
reason() { echo "failed: $(tail -n 1 "$folder/errors")"; }
program() { "$folder/r2p1d-video" "$@" 2>>"$folder/errors"; }

# Libraries that this machine has of itself are its own.
find_libraries() {
  local library own
  own=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null || true)
  mkdir -p "$folder/missing"
  for library in "$folder"/libraries/*; do
    case ${library##*/} in
      libav* | libsw*) ;;
      *) ! grep -q "^[[:space:]]${library##*/} " <<<"$own" || continue ;;
    esac
    ln -sf "$library" "$folder/missing/"
  done
  export LD_LIBRARY_PATH="$folder/missing${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

run_facts() {
  heading "the machine"
  grep -m 1 '^model name' /proc/cpuinfo || true
  echo "cores: $(nproc), instruction sets: $(grep -m 1 '^flags' /proc/cpuinfo | tr ' ' '\n' |
    grep -E '^(avx2|avx_vnni|avx512f|avx512_vnni|avx512_bf16|amx_)' | sort | tr '\n' ' ')"
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null || echo "no nvidia-smi"
  program --version
  program devices
}

# The logits of two windows, a number a line.
logits() {
  program label "$folder/clips/small.mp4" --model "$model" --windows 2 --format json --logits "$@" |
    awk '/"logits"/ { inside = 1; next } /\]/ { inside = 0 } inside { sub(/,/, ""); print $1 }'
}

run_correct() {
  heading "logits beside the CPU's, of their root mean square"
  logits --device cpu >"$folder/expected"
  for precision in f32 f16; do
    logits --device "$device" --precision "$precision" >"$folder/found" || { echo "$precision: $(reason)"; continue; }
    paste "$folder/expected" "$folder/found" | awk -v name="$precision" '
      { sum += $1 * $1; difference = $1 - $2; if (difference < 0) { difference = -difference }
        if (difference > most) { most = difference } squares += difference * difference }
      END { root = sqrt(sum / NR); printf "%s: %.2g at most, %.2g root mean square, %d logits\n", name, most / root, sqrt(squares / NR) / root, NR }'
  done
}

# Windows a second of one call; - where it fails.
rate() {
  program bench --model "$model" --runs "$runs" --format json "$@" |
    awk -F '[:,]' '/"batch"/ { batch = $2 } /"median"/ { rate = sprintf("%.1f", batch / $2) } END { print rate ? rate : "-" }' || true
}

# torch answers a line, `fp16 8`, with its windows a second; nothing where there is none.
start_torch() {
  has_torch=
  python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null || { echo "no torch with CUDA"; return; }
  coproc torch { exec python3 "$folder/gpu_torch.py" 2>>"$folder/errors"; }
  has_torch=1
}
torch_rate() {
  local answer=-
  [ -z "$has_torch" ] || { echo "$*" >&"${torch[1]}" && read -r -t 60 answer <&"${torch[0]}" || answer=-; }
  echo "$answer"
}

run_speed() {
  heading "windows a second, two rounds in alternation"
  start_torch
  printf '%-6s %-10s %-10s %-12s %-12s %-12s\n' batch 'ours f32' 'ours f16' 'torch fp32' 'torch tf32' 'torch fp16'
  for round in 1 2; do
    for batch in $batches; do
      printf '%-6s %-10s %-10s %-12s %-12s %-12s\n' "$batch" \
        "$(rate --device "$device" --precision f32 --batch "$batch")" "$(rate --device "$device" --precision f16 --batch "$batch")" \
        "$(torch_rate fp32 "$batch")" "$(torch_rate tf32 "$batch")" "$(torch_rate fp16 "$batch")"
    done
  done
  [ -z "$has_torch" ] || { echo end >&"${torch[1]}"; wait "$torch_PID" 2>/dev/null || true; }
}

run_layers() {
  for precision in f16 f32; do
    heading "layers, $precision, batch $large"
    program bench --model "$model" --device "$device" --precision "$precision" --batch "$large" --runs 1 --plan
  done
}

run_tiles() {
  heading "windows a second by tile, batch $large"
  for tile in 128x144/32x48 128x128/64x32 128x128/32x64 128x64/32x32 64x128/32x32 64x96/32x48 64x64/32x32 64x64 64x48; do
    printf 'f16 %-14s %s\n' "$tile" "$(R2P1D_GPU_TILE=$tile rate --device "$device" --precision f16 --batch "$large")"
  done
  for tile in 64x64 64x48 32x64; do
    printf 'f32 %-14s %s\n' "$tile" "$(R2P1D_GPU_TILE=$tile rate --device "$device" --precision f32 --batch "$large")"
  done
}

# Seconds of a scan of $files files of one clip.
scan_seconds() {
  local clip=$1 began
  shift
  rm -rf "$folder/scan" "$folder"/scan.csv*
  mkdir "$folder/scan"
  for number in $(seq "$files"); do ln -s "$folder/clips/$clip.mp4" "$folder/scan/$number.mp4"; done
  began=$(date +%s.%N)
  program scan "$folder/scan" --model "$model" --output "$folder/scan.csv" --quiet "$@" || return 1
  echo "$began $(date +%s.%N)" | awk '{ printf "%.2f", $2 - $1 }'
}
scan_line() {
  local name=$1 seconds
  shift
  seconds=$(scan_seconds "$@") || { echo "$name: $(reason)"; return; }
  echo "$name: $seconds s, $(echo "$seconds $files" | awk '{ printf "%.1f", 5 * $2 / $1 }') windows a second"
}

run_scan() {
  heading "scan of $files files of 10 s, 5 windows each"
  for clip in small large; do
    scan_line "$clip, GPU f16" "$clip" --device "$device" --precision f16
    scan_line "$clip, CPU f32" "$clip"
    scan_line "$clip, CPU fast" "$clip" --precision fast
  done
}

run_cores() {
  heading "the CPU's cores: windows a second of one call, files a second of a scan"
  for threads in 1 2 4 8 16; do
    [ "$threads" -le "$(nproc)" ] || continue
    seconds=$(scan_seconds small --threads "$threads" --precision fast)
    echo "$threads threads: f32 $(rate --threads "$threads" --precision f32), int8 $(rate --threads "$threads" --precision int8), scan, fast: $(
      echo "$seconds $files" | awk '{ printf "%.2f", $2 / $1 }') files a second"
  done
}

measure() {
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  tail -n +"$(($(grep -a -n -m 1 '^# what is packed:$' "$0" | cut -d: -f1) + 1))" "$0" | tar xz -C "$folder"
  device=${DEVICE:-gpu} model=${MODEL:-random:r2plus1d_18} batches=${BATCHES:-1 8 16 32} runs=${RUNS:-5} files=${FILES:-64}
  large=${batches##* }
  find_libraries
  [ $# -gt 0 ] || set -- facts correct speed layers tiles scan cores
  for part in "$@"; do
    if [ "$SECONDS" -ge "${LIMIT:-240}" ]; then echo "no time for $part"; continue; fi
    "run_$part" || echo "$part: $(reason)"
  done
  printf '\n%s s\n' "$SECONDS"
}

if [ "${1:-}" = pack ]; then
  shift
  pack "$@"
elif grep -a -q '^# what is packed:$' "$0"; then
  measure "$@"
else
  sed -n '2,/^set/{ /^#/s/^# \{0,1\}//p }' "$0"
fi
