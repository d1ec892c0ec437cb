#!/bin/sh
# Builds the project with sanitizers and runs the tests that simulate no hardware, where the first finding
# is a fault: in build/sanitize-KINDS. Many minutes for each build.
# Usage: scripts/sanitize.sh [KINDS]   as in -fsanitize=; default: address,undefined and then thread
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
cd "$(dirname "$0")/.."
quick_tests=$(cat scripts/quick-tests.txt)  # those that simulate no hardware and build none

for kinds in ${1:-address,undefined thread}; do
  folder=build/sanitize-$kinds
  mkdir -p "$folder"
  cmake -S . -B "$folder" -G Ninja -DINTFORMER_SANITIZE="$kinds" >"$folder/configure.log" 2>&1 || { cat "$folder/configure.log"; exit 1; }
  sh scripts/build.sh all "$folder"
  echo "$kinds:"
  ctest --test-dir "$folder" --output-on-failure -R "$quick_tests" -E test_bench -j 2 >"$folder/tests.log" || { cat "$folder/tests.log"; exit 1; }
  grep "tests passed" "$folder/tests.log"
done
