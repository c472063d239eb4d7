#!/usr/bin/env bash
# Checks and times of loading to a GPU and saving from it, beside PyTorch and safetensors. README.md says how to call it.
# usage: run.sh PROGRAM [BEFORE [FOLDER]]
#   PROGRAM: a folder with Torchkeep.GpuBenchmarks, published; BEFORE: one with an older version's libraries, or "".
# STEPS chooses the steps: check, peers, before, after, tune.
set -uo pipefail
program=$(realpath "$1")
before=${2:+$(realpath "$2")}
work=${3:-/tmp/torchkeep-gpu}
here=$(dirname "$(realpath "$0")")
steps=${STEPS:-"check peers before after tune"}
mkdir -p "$work"
nvidia-smi --query-gpu=name,driver_version,pcie.link.gen.current,pcie.link.width.current --format=csv,noheader 2>/dev/null
echo "$(nproc) processors, $(free -g | awk '/Mem/ {print $2}') GiB; $(df -h "$work" | tail -1)"
libraries=$(python3 -c 'import glob, os, torch
base = os.path.dirname(os.path.dirname(torch.__file__))
print(":".join([os.path.join(base, "torch", "lib")] + sorted(glob.glob(base + "/nvidia/*/lib") + glob.glob(base + "/nvidia/*/*/lib"))))')
export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" PYTHONUNBUFFERED=1
peer() { python3 "$here/peer.py" "$@"; }
has() { [[ " $steps " == *" $1 "* ]]; }
elapsed() { echo "== $1 (at $SECONDS s)"; }

elapsed "files"
peer small "$work" || exit
{ has peers || has before || has after || has tune; } && [ ! -e "$work/big.pth" ] && { peer large "$work" || exit; }
if has check; then
  elapsed "check"
  (cd "$program" && timeout 60 ./Torchkeep.GpuBenchmarks check "$work" 2>&1 | cut -c1-900)
  peer judge "$work" 2>&1 | tail -3
fi
results="$work/results.txt"
: > "$results"
take() { tee -a "$results" | grep -v '^RESULT' ; }
has peers && { elapsed "PyTorch and safetensors"; timeout 90 python3 "$here/peer.py" time "$work" 2>&1 | take; }
has after && { elapsed "after"; (cd "$program" && timeout 90 ./Torchkeep.GpuBenchmarks time "$work" after 2>&1 | take); }
has before && [ -n "$before" ] && { elapsed "before"; (cd "$before" && timeout 110 ./Torchkeep.GpuBenchmarks time "$work" before 2>&1 | take); }
has tune && { elapsed "tune"; (cd "$program" && timeout 90 ./Torchkeep.GpuBenchmarks tune "$work" 2>&1 | take); }
elapsed "results"
peer table "$work" < "$results"
[ -n "${OUT:-}" ] && cp "$results" "$OUT/"
elapsed "end"
