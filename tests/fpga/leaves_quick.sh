#!/bin/sh
# Holds a few modules of rtl/ to their floors: tests/fpga/leaves_quick.sh PROGRAM
set -eu
build=$(dirname "$1")
sh scripts/install-fpga-tools.sh "$build/fpga-tools" || { echo "skipped: no tools"; exit 0; }
exec "$1" leaves --quick --tools "$build/fpga-tools" --out "$build/fpga/quick"
