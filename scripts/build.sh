#!/bin/sh
# Builds targets with CMake, and says how far it is: on a terminal in one line, elsewhere by a line after
# some seconds and then every minute. What needs no building is silent.
# Usage: scripts/build.sh ["TARGET ..." [FOLDER]]     default all, in build
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 2 "$@"
target=${1:-all}
folder=${2:-build}
cd "$(dirname "$0")/.."
test -f "$folder/build.ninja" || {
  echo "build: $folder is not configured: make configure; --help says what else" >&2
  exit 1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # targets are words
NINJA_STATUS='[%f/%t] ' cmake --build "$folder" --target $target >"$log" 2>&1 &
builder=$!
trap 'kill "$builder" 2>/dev/null; rm -f "$log"; exit 130' INT TERM

# "12/345": the last step that began, of those that are left.
step() { sed -n 's,^\[\([0-9]*/[0-9]*\)\].*,\1,p' "$log" | tail -n 1; }

terminal=false
test ! -t 1 || terminal=true
seconds=0
while kill -0 "$builder" 2>/dev/null; do
  sleep 1
  seconds=$((seconds + 1))
  now=$(step)
  if $terminal; then
    test $seconds -lt 3 || printf '\rbuilding %s in %s: step %s ' "$target" "$folder" "$now"
  elif test $seconds -eq 5; then
    hint=
    test "${now#*/}" -lt 50 2>/dev/null || hint=", which takes some minutes"
    echo "building $target in $folder: ${now#*/} steps$hint"
  elif test $((seconds % 60)) -eq 0; then
    echo "building $target: step $now, $((seconds / 60)) min"
  fi
done
test $seconds -lt 3 || ! $terminal || printf '\r\033[K'
wait "$builder" || {
  sed -n '/^FAILED/,/^\[/p' "$log" >&2
  exit 1
}
