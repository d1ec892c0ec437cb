#!/bin/sh
# Puts each mutant of tests/mutants.txt into a copy of the project, one at a time, and demands that
# its test fails, and passes without it. With PATTERN only mutants whose file or test has it. The copy
# lies in build, or where the environment's BUILD says.
# Usage: scripts/mutants.sh [PATTERN]
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
cd "$(dirname "$0")/.."
pattern=${1:-}
table=$PWD/tests/mutants.txt
mkdir -p "${BUILD:-build}/mutants"
copy=$(realpath "${BUILD:-build}/mutants")
# Newer files there are those that a mutant was taken out of: to be built again, and equal.
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- --create |
  tar --extract --directory="$copy" --keep-newer-files --warning=no-ignore-newer
cd "$copy"
unset BUILD
[ -f build/build.ninja ] || cmake -S . -B build -G Ninja >cmake.log

# The program of a test's line: its first word.
passes() {
  cmake --build build --target "${1%% *}" -- --quiet >build.log 2>&1 || { cat build.log >&2; exit 2; }
  program=$(find build/tests -type f -name "${1%% *}")
  case $1 in *' '*) set -- "${1#* }" ;; *) set -- ;; esac
  timeout -k 5 300 "$program" "$@" >test.log 2>&1
}

# Whatever ends the script, the copy has no mutant then.
mutated=
restore() {
  [ -z "$mutated" ] || cp original "$mutated"
  mutated=
}
trap restore EXIT
trap 'exit 1' INT TERM

survivors=0
passed=' '
while read -r file; do
  [ -n "$file" ] || continue
  IFS= read -r old
  IFS= read -r new
  read -r test
  case "$file $test" in *"$pattern"*) ;; *) continue ;; esac
  case $passed in
    *" $test "*) ;;
    *) passes "$test" || { tail -30 test.log; echo "$test fails without a mutant" >&2; exit 2; }
       passed="$passed$test " ;;
  esac
  cp -p "$file" original
  mutated=$file
  OLD=${old#- } NEW=${new#+ } awk '
    !done && (at = index($0, ENVIRON["OLD"])) {
      $0 = substr($0, 1, at - 1) ENVIRON["NEW"] substr($0, at + length(ENVIRON["OLD"])); done = 1
    }
    { print }
    END { exit !done }' original >"$file" || { echo "$file has no: ${old#- }" >&2; exit 2; }
  if passes "$test" </dev/null; then
    verdict=SURVIVES survivors=$((survivors + 1))
  else
    verdict=killed
  fi
  restore
  printf '%-9s %-24s %s: %s\n' "$verdict" "${test%% *}" "$file" "${new#+ }"
done <"$table"
[ "$survivors" -eq 0 ]
