# Read by the scripts beside it, not run.
#   . "$(dirname "$0")/pypi.sh"; install_from_pypi FOLDER "PACKAGE==VERSION ..."
# Installs just these packages into a folder, unless it holds them already. Exits with 75 where PyPI cannot
# be reached, and with 1 for every other reason: a version that is no longer there, a full disk.
install_from_pypi() {
  folder=$1 packages=$2
  [ "$(cat "$folder/packages" 2>/dev/null)" = "$packages" ] && exit 0

  # Installed beside its place and then moved, so that an interrupted run leaves nothing half.
  mkdir -p "$(dirname "$folder")"
  part=$(mktemp -d "$folder.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  # shellcheck disable=SC2086
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --root-user-action=ignore \
    --target "$part" $packages >"$part/log" 2>&1 || {
    grep -i '^error' "$part/log" >&2
    # pip says what broke a connection, and which versions there are where it saw a list of them.
    if grep -q 'connection broken by' "$part/log" && ! grep -q 'from versions: [0-9]' "$part/log"; then
      echo "$(basename "$0" .sh): PyPI cannot be reached for $packages" >&2
      exit 75
    fi
    echo "$(basename "$0" .sh): the PyPI packages $packages cannot be installed" >&2
    exit 1
  }
  echo "$packages" >"$part/packages"
  chmod 755 "$part"
  rm -rf "$folder"
  mv "$part" "$folder"
}
