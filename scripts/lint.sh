#!/bin/sh
# Lints the hardware: every leaf and every emitted module of every config is elaborated alone by
# Verilator -Wall, where a warning is a fault, and read alone by Yosys; Yosys elaborates every top
# of arrays up to 16x16.
# Usage: scripts/lint.sh [PROGRAM]     intformer or intformer_generate; default build/intformer
set -eu

# One row of the table: lint.sh --one LOG LABEL TOP "VERILATOR FILES" "YOSYS SCRIPT"
if [ "${1:-}" = "--one" ]; then
  log=$2 label=$3 top=$4 files=$5 script=$6
  verilator=ok yosys=ok
  # shellcheck disable=SC2086
  verilator --lint-only -Wall --no-timing --top-module "$top" $files >"$log" 2>&1 || verilator=FAIL
  yosys -q -p "$script" >>"$log" 2>&1 || yosys=FAIL
  printf '%-34s %-10s %s\n' "$label" "$verilator" "$yosys"
  case $verilator$yosys in
    *FAIL*) { printf '\n== %s\n' "$label"; grep -v '^Warning: Replacing memory' "$log"; } \
      >"$log.failed" ;;
  esac
  exit 0
fi
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"

cd "$(dirname "$0")/.."
program=${1:-build/intformer}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

leaf_files=$(find rtl -name '*.sv' -not -path '*/generated/*' | sort)
leaf_folders=$(find rtl -name '*.sv' -not -path '*/generated/*' -exec dirname {} + | sort -u)
search=$(printf -- '-y %s ' $leaf_folders)

{
  for leaf in $leaf_files; do
    top=$(basename "$leaf" .sv)
    printf '%s\0' "$work/$top" "$leaf" "$top" "$search $leaf" "read_verilog -sv $leaf; proc"
  done
  for config in configs/*.toml; do
    name=$(basename "$config" .toml)
    folder=$work/rtl/$name
    "$program" generate "$config" --out "$folder" --quiet
    for file in "$folder/$name"_*.sv; do
      top=$(basename "$file" .sv)
      [ "$top" = "${name}_pkg" ] && continue
      script="read_verilog -sv $folder/${name}_pkg.sv $file; proc"
      [ "$top" = "${name}_top" ] && script="read_verilog -sv -defer $folder/${name}_pkg.sv
        read_verilog -sv -defer $folder/leaves/*.sv $folder/${name}_*.sv
        hierarchy -check -top $top; proc"
      # Yosys takes many minutes to elaborate arrays larger than 16x16: these it only parses.
      [ "$top" = "${name}_top" ] && [ "$(sed -n 's/^dim *= *\([0-9]*\).*/\1/p' "$config")" -gt 16 ] &&
        script="read_verilog -sv -defer $folder/${name}_pkg.sv $folder/leaves/*.sv $folder/${name}_*.sv"
      printf '%s\0' "$work/$top" "$top.sv" "$top" "-F $folder/$name.f" "$script"
    done
  done
} >"$work/jobs"

printf '%-34s %-10s %s\n' file verilator yosys
xargs -0 -n 5 -P "$(nproc)" sh scripts/lint.sh --one <"$work/jobs"

set -- "$work"/*.failed
[ -e "$1" ] || exit 0
cat "$@"
exit 1
