#!/bin/sh
# Simulates a board and drives it as a host does: self test, then a sentence, over its serial line.
# Usage: scripts/board-sim.sh BUILD BOARD CONFIG MODEL TEXT    MODEL: a model's folder, or its file (*.itf)
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 5 "$@"
[ $# -eq 5 ] || { echo "board-sim: $# arguments, five are needed; --help says which" >&2; exit 1; }
build=$1 board=$2 config=$3 model=$4 text=$5

work=$(mktemp -d)
simulation=
finish() {
  [ -z "$simulation" ] || kill "$simulation" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

program=$("$build/intformer_fpga" simulate "fpga/boards/$board.toml" --config "$config" --out "$build/boards")
case $model in
  *.itf) ;;
  *)
    "$build/intformer" import "$model" --out "$work/model.itf" >/dev/null
    "$build/intformer" quantize "$work/model.itf" --out "$work/model.itf" >/dev/null 2>&1
    model=$work/model.itf
    ;;
esac

"$program" --link "$work/tty" >/dev/null &
simulation=$!
tries=0
until [ -e "$work/tty" ]; do
  kill -0 "$simulation" 2>/dev/null || { echo "board-sim: the simulated board does not start" >&2; exit 1; }
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || { echo "board-sim: the simulated board has no serial line" >&2; exit 1; }
  sleep 0.1
done

# A simulated board takes thousands of times as long as a real one.
on_board() {
  "$build/intformer" board "$@" --port "$work/tty" --config "$config" --patience 10000
}
on_board selftest --quick
on_board embed --model "$model" "$text"
kill -0 "$simulation" 2>/dev/null || { echo "board-sim: the simulated board has stopped" >&2; exit 1; }
