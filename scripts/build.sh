#!/bin/sh
# Builds targets with CMake, and says how far it is: on a terminal by Ninja's own line, elsewhere by a
# line a minute. What needs no building is silent.
# Usage: scripts/build.sh ["TARGET ..." [FOLDER]]     default all, in build
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 2 "$@"
# shellcheck disable=SC2086  # targets are words
target=${1:-all}
folder=${2:-build}
cd "$(dirname "$0")/.."
test -f "$folder/build.ninja" || {
  echo "build: $folder is not configured: make configure; --help says what else" >&2
  exit 1
}

# The steps that are left, by a dry run's last line: "[12/345] ...".
log=$(mktemp)
trap 'rm -f "$log"' EXIT
NINJA_STATUS='[%f/%t] ' cmake --build "$folder" --target $target -- -n >"$log" 2>&1 || true
steps=$(sed -n 's,^\[[0-9]*/\([0-9]*\)\].*,\1,p' "$log" | tail -n 1)
test -n "$steps" || exec cmake --build "$folder" --target $target -- --quiet
hint=
test "$steps" -lt 50 || hint=", which takes some minutes"
echo "building $target in $folder: $steps steps$hint"
if test -t 1; then
  rm -f "$log"
  trap - EXIT
  exec cmake --build "$folder" --target $target
fi

NINJA_STATUS='[%f/%t] ' cmake --build "$folder" --target $target >"$log" 2>&1 &
builder=$!
trap 'kill "$builder" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
waited=0
while kill -0 "$builder" 2>/dev/null; do
  sleep 1
  waited=$((waited + 1))
  test $((waited % 60)) -ne 0 ||
    echo "building $target: step $(sed -n 's,^\[\([0-9]*/[0-9]*\)\].*,\1,p' "$log" | tail -n 1), $((waited / 60)) min"
done
wait "$builder" || {
  sed -n '/^FAILED/,/^\[/p' "$log" >&2
  exit 1
}
