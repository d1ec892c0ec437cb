#!/bin/sh
# Runs Verilator and the make that it starts, and shows what they print only when they fail:
#   verilate.sh FOLDER VERILATOR FLAGS...
# FOLDER gets headers and library. make takes no folder whose path holds spaces, and trips over other
# characters: then everything is made among the temporary files first.
set -eu
folder=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
LC_ALL=C
export LC_ALL
has_odd_letters() {
  case $1 in *[!A-Za-z0-9/._+,@-]*) return 0 ;; esac
  return 1
}
work=$folder
if has_odd_letters "$PWD/$folder"; then
  if has_odd_letters "$scratch"; then
    rm -rf "$scratch"
    scratch=$(TMPDIR=/tmp mktemp -d)
  fi
  work=$scratch/made
fi
"$@" --Mdir "$work" >"$scratch/output" 2>&1 || {
  status=$?
  cat "$scratch/output" >&2
  exit "$status"
}
[ "$work" = "$folder" ] || cp "$work"/*.h "$work"/*.a "$folder"
