#!/bin/sh
# Reads every C++ file of the checkout with clang-tidy and the checks of .clang-tidy, where any finding is
# a fault. The build folder says how each is compiled. Half an hour on 2 processors.
# Usage: scripts/tidy.sh ["FILE ..." [FOLDER]]     default: all, as build compiles them
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 2 "$@"
files=${1:-$(cd "$(dirname "$0")/.." && git ls-files '*.cpp' ':!fpga/soc/sim')}  # Verilator compiles those
folder=${2:-build}
cd "$(dirname "$0")/.."
test -f "$folder/build.ninja" || {
  echo "tidy: $folder is not configured: make configure; --help says what else" >&2
  exit 1
}
tidy=$(command -v clang-tidy || command -v clang-tidy-14) || {
  echo "tidy: clang-tidy is missing: apt-get install clang-tidy" >&2
  exit 1
}
mkdir -p "$folder/tidy"
# shellcheck disable=SC2046  # rules are words
ninja -C "$folder" -t compdb $(ninja -C "$folder" -t rules | grep '^CXX_COMPILER') | sed 's,"command": "env [^"]*ccache ,"command": ",' \
  >"$folder/tidy/compile_commands.json"
echo "$files" |
  xargs -P "$(nproc)" -n 4 "$tidy" --quiet -p "$folder/tidy" --extra-arg=-Wno-unknown-warning-option \
    >"$folder/tidy/findings.txt" 2>"$folder/tidy/log.txt" || {
  grep -E 'warning:|error:' "$folder/tidy/findings.txt" | sort -u >&2
  echo "tidy: all of it is in $folder/tidy/findings.txt" >&2
  exit 1
}
echo "clang-tidy finds nothing"
