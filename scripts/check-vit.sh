#!/bin/sh
# Imports and quantizes the vision transformer that fetch-vit.sh has fetched, measures 20 drawn pictures
# against float32, and runs one on golden model, emulator and RTL. Used by `make vit`.
# Usage: scripts/check-vit.sh [BUILD]     (default build; CONFIG=FILE in the environment: another device than base16)
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
build=${1:-build}
config=${CONFIG:-configs/base16.toml}
model=$build/models/vit.itf
[ "$model" -nt "$build/intformer" ] || {
  "$build/intformer" import "$build/models/vit/vit_s_focus.onnx" --no-hint --out "$model.float"
  "$build/intformer" quantize "$model.float" --out "$model.part"
  rm -f "$model.float"
  mv "$model.part" "$model"
}
echo
"$build/intformer" features --model "$model" --drawn 20 --floor-mean 0.995 --floor 0.98
echo
"$build/intformer" run "$model" --config "$config"
