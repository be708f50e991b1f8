#!/usr/bin/env bash
# Every figure of README.md, anew: the network beside OpenVINO and torch, whole processes beside the Python pipeline, the plan's layers, the
# kernels one by one. Wants a quiet machine, the folder `shared` beside the checkout (its perf/ and reference/), and Python with
# shared/reference/requirements.txt.
#   Benchmarks/run.sh [network|torch|threads|sets|bf16|int8|family|pipeline|layers|kernels …]      (default: all)
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${R2P1D_SHARED:-../shared}
python=${PYTHON:-python3}
program=${BINARY:-.build/release/r2p1d-video}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

heading() { printf '\n## %s\n' "$*"; }
network() { "$python" -W ignore "$shared/perf/network.py" "$program" --rounds "$rounds" "$@"; }

run_network() { heading "fp32, two threads"; network --frames 8 16 32; }
run_torch() {
  heading "beside torch, in batches of one and two"
  "$python" -W ignore Benchmarks/torch_paths.py "$program" --rounds "$rounds"
}
run_threads() { heading "fp32, one thread"; network --frames 8 16 --threads 1 --peers openvino torch; }
run_sets() {
  for set in avx2 portable; do
    heading "fp32, $set"
    R2P1D_ISA=$set network --frames 8 16 --peers openvino
  done
}
run_bf16() { heading "bf16"; network --frames 8 16 --peers openvino-bf16 openvino --ours=--precision --ours=bf16; }
run_int8() { heading "int8"; network --frames 8 16 --peers openvino-int8 ours-f32 --ours=--precision --ours=int8; }
run_family() {
  for arch in r3d_18 mc3_18; do
    heading "$arch"
    network --arch "$arch" --frames 8 16 --peers openvino torch
  done
}
run_pipeline() {
  heading "whole processes, two 10 s clips"
  (cd "$shared/reference" && "$python" -W ignore reference.py checkpoint r2plus1d_18 "$work/r2plus1d_18.pth" --format legacy)
  for windows in 5 40; do
    "$python" "$shared/perf/pipeline.py" "$program" "$work/r2plus1d_18.pth" "$shared"/videos/{arm_wrestling.mp4,flipping_a_pancake.mkv} \
      --windows "$windows" --rounds "$rounds"
  done
  for engine in openvino openvino-int8; do
    "$python" "$shared/perf/pipeline.py" "$program" "$work/r2plus1d_18.pth" "$shared"/videos/{arm_wrestling.mp4,flipping_a_pancake.mkv} \
      --rounds "$rounds" --engine "$engine" --ours=--precision --ours=int8
  done
}
run_layers() {
  for frames in 8 16; do
    heading "layers, $frames frames"
    "$program" bench --network r2plus1d_18 --frames "$frames" --plan
  done
}
harness() {
  [ -x "$work/kernels" ] || clang -O2 -I{Sources/CKernels,Tests/KernelHarness}/include Tests/KernelHarness/{,command/}*.c \
    Sources/CKernels/{,*/}*.c -o "$work/kernels" -lm -lpthread
  "$work/kernels" "$@"
}
run_kernels() {
  heading "kernels"
  harness parts
  harness time
}
run_errors() {
  heading "rms error of the algorithms, and on AVX2 without VNNI"
  harness errors
  harness errors avx2
  heading "rms error of logits"
  "$python" -W ignore Benchmarks/logit-errors.py "$program" "$shared" "$shared"/videos/{arm_wrestling.mp4,flipping_a_pancake.mkv,mpeg4_25fps.avi}
}

[ $# -gt 0 ] || set -- network torch threads sets bf16 int8 family pipeline layers kernels errors
for part in "$@"; do "run_$part"; done
