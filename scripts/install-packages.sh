#!/bin/sh
# Installs the Debian packages that building, simulating and testing need: the one list of them.
# Does nothing when all are there.
# Usage: scripts/install-packages.sh
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 0 "$@"

packages="verilator yosys libcli11-dev catch2 libtomlplusplus-dev nlohmann-json3-dev libfmt-dev libicu-dev
  libxxhash-dev libeigen3-dev ccache clang g++ make cmake ninja-build pkg-config zlib1g-dev python3 python3-pip tcl
  device-tree-compiler"

missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "installing:$missing"
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "run this as root, or install by hand:$missing" >&2; exit 1; }
  as_root="sudo"
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
