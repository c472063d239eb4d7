#!/usr/bin/env bash
# Checks and times on a machine with a GPU and a Python with PyTorch for CUDA; .NET need not be there:
#   dotnet publish benchmarks/Torchkeep.GpuBenchmarks -c Release -r linux-x64 --self-contained -o OUT
#   run.sh OUT [OLDER]     the folder of a published program, and of one to compare with
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d) count=${COUNT-32}
trap 'rm -rf "$folder"' EXIT
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
nproc
python3 "$here/peer.py" make "$folder" "$count"
LD_LIBRARY_PATH=$(python3 - <<'P'
import glob, os, torch
lib = os.path.join(os.path.dirname(torch.__file__), "lib")
print(":".join([lib, *sorted(glob.glob(os.path.dirname(os.path.dirname(torch.__file__)) + "/nvidia/**/lib", recursive=True))]))
P
)
program() { LD_LIBRARY_PATH=$LD_LIBRARY_PATH "$@" 2>&1 | cut -c1-400; }
export -n LD_LIBRARY_PATH
printf '\n== checks\n'
program "$1/Torchkeep.GpuBenchmarks" check "$folder"
python3 "$here/peer.py" verify "$folder"
printf '\n== PyTorch and safetensors\n'
python3 "$here/peer.py" time "$folder" "$count"
for published in "$@"; do
  printf '\n== %s\n' "$published"
  program "$published/Torchkeep.GpuBenchmarks" time "$folder"
done
