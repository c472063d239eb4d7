#!/usr/bin/env bash
# Packs what run.sh needs on a machine without .NET, small enough to be carried: the published program, and of an older version only the libraries.
# usage: pack.sh PROGRAM [BEFORE] FOLDER
#   BEFORE: a folder with the older Torchkeep.dll and Torchkeep.TorchSharp.dll
set -euo pipefail
program=$1 folder=${*: -1}
here=$(dirname "$(realpath "$0")")
mkdir -p "$folder"
cp "$here/run.sh" "$here/peer.py" "$folder/"
tar -C "$program" -cf - --exclude='*.pdb' . | xz -T2 -6 > "$folder/program.tar.xz"
if [[ $# -eq 3 ]]; then
  tar -C "$2" -cf - Torchkeep.dll Torchkeep.TorchSharp.dll | xz > "$folder/before.tar.xz"
fi
ls -la "$folder"
