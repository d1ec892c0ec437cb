#!/bin/sh
# Imports and quantizes the speech encoder that fetch-speech.sh has fetched, measures four drawn sounds of 30 s
# against float32, estimates the whole encoder, and runs its first layer on golden model, emulator and RTL. Used by
# `make speech-encoder`.
# Usage: scripts/check-speech.sh [BUILD]     (default build; CONFIG=FILE in the environment: another device than base16)
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
build=${1:-build}
config=${CONFIG:-configs/base16.toml}
model=$build/models/whisper.itf
[ "$model" -nt "$build/intformer" ] || {
  "$build/intformer" import "$build/models/whisper" --no-hint --out "$model.float"
  "$build/intformer" quantize "$model.float" --out "$model.part"
  rm -f "$model.float"
  mv "$model.part" "$model"
}
echo
"$build/intformer" features --model "$model" --drawn 4 --floor-mean 0.985 --floor 0.98
echo
"$build/intformer" estimate "$model" --config "$config" | grep -e 'tokens' -e '^operator' -e '^layer0' -e '^total'
echo
"$build/intformer" run "$build/models/whisper" --config "$config" --layers 1
