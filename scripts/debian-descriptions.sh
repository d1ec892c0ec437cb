#!/bin/sh
# Writes the one-line descriptions of all Debian packages that apt knows, one a line, without repetitions, in
# an order that depends on the text alone (SHA-256 with a fixed seed), so that any first part of the file is a
# fair sample. Status 3: they cannot be had here.
# Usage: scripts/debian-descriptions.sh [FILE]     (default build/corpus/debian-descriptions.txt)
set -u
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
file=${1:-build/corpus/debian-descriptions.txt}
least=6000

give_up() {
  echo "debian-descriptions: $1" >&2
  exit 3
}

[ -s "$file" ] && exit 0
command -v apt-cache >/dev/null || give_up "apt-cache is missing: this needs a Debian system"
command -v python3 >/dev/null || give_up "python3 is missing"
mkdir -p "$(dirname "$file")" || give_up "cannot write $(dirname "$file")"
apt-cache dumpavail 2>/dev/null | python3 -c '
import hashlib, sys
texts = {}
for line in sys.stdin.buffer:
    if line.startswith(b"Description: "):
        text = b" ".join(line[13:].split())
        if text: texts.setdefault(text.lower(), text)
key = lambda text: hashlib.sha256(b"intformer 1\n" + text).digest()
for text in sorted(texts.values(), key=key): sys.stdout.buffer.write(text + b"\n")
' >"$file.new"
count=$(wc -l <"$file.new")
if [ "$count" -lt "$least" ]; then
  rm -f "$file.new"
  give_up "apt lists only $count descriptions: run apt-get update"
fi
mv "$file.new" "$file" || give_up "cannot write $file"
