#!/bin/sh
# Counts which lines of tiny4's design the system tests reach that ask it for the unusual: random
# programs, bad input, corrupted commands. Prints per file the lines reached, of how many, and those
# that were not. The tests must have been built: in build, or where the environment's BUILD says.
# Usage: scripts/coverage.sh
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 0 "$@"
cd "$(dirname "$0")/.."
build=$(realpath "${BUILD:-build}")
folder=$build/coverage
mkdir -p "$folder"
rm -f "$folder"/*.dat
for test in "random_programs_test [tiny4]" "bad_input_test [bad]" corrupt_test; do
  case $test in *' '*) tag=${test#* } ;; *) tag= ;; esac
  # shellcheck disable=SC2086
  INTFORMER_COVERAGE=$folder "$build/tests/system/${test%% *}" $tag >"$folder/log" 2>&1 ||
    { tail -30 "$folder/log"; exit 1; }
done
# A count per point of the design: "C 'key<2>value<1>key<2>value...' count"; f is the file, l the line.
cat "$folder"/*.dat | tr '\001\002' '\n=' | awk '
  /^f=/ { file = substr($0, 3); sub(".*/", "", file) }
  /^l=/ { line = substr($0, 3) + 0 }
  / [0-9]+$/ {
    place = file ":" line
    if (!(place in hits)) { hits[place] = 0; total[file]++ }
    hits[place] += $NF
    if (line > last) last = line
  }
  END {
    for (file in total) {
      for (line = 1; line <= last; line++) {
        place = file ":" line
        if (!(place in hits)) continue
        if (hits[place] > 0) reached[file]++
        else missing[file] = missing[file] " " line
      }
      printf "%-28s %5d of %5d %6.1f %%  %s\n", file, reached[file], total[file],
             100 * reached[file] / total[file], missing[file] ? "not:" missing[file] : ""
      r += reached[file]; t += total[file]
    }
    printf "%-28s %5d of %5d %6.1f %%\n", "~ all", r, t, 100 * r / t
  }' | sort
