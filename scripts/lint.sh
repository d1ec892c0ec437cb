#!/bin/sh
# Lints the hardware: every leaf and every emitted module of every config is elaborated alone by
# Verilator -Wall, where a warning is a fault, and by Yosys.
#   scripts/lint.sh [PROGRAM]     intformer or intformer_generate; default build/intformer
set -eu

# One row of the table: lint.sh --one LOG LABEL TOP "VERILATOR FILES" "YOSYS FILES" "YOSYS SEARCH"
if [ "${1:-}" = "--one" ]; then
  log=$2 label=$3 top=$4 files=$5 sources=$6 search=$7
  verilator=ok yosys=ok
  # shellcheck disable=SC2086
  verilator --lint-only -Wall --no-timing --top-module "$top" $files >"$log" 2>&1 || verilator=FAIL
  script="read_verilog -sv $sources; hierarchy -check $search -top $top; proc $top"
  yosys -q -p "$script" >>"$log" 2>&1 || yosys=FAIL
  printf '%-34s %-10s %s\n' "$label" "$verilator" "$yosys"
  case $verilator$yosys in
    *FAIL*) { printf '\n== %s\n' "$label"; grep -v '^Warning: Replacing memory' "$log"; } \
      >"$log.failed" ;;
  esac
  exit 0
fi

cd "$(dirname "$0")/.."
program=${1:-build/intformer}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

leaf_files=$(find rtl -name '*.sv' -not -path '*/generated/*' | sort)
leaf_folders=$(find rtl -name '*.sv' -not -path '*/generated/*' -exec dirname {} + | sort -u)
verilator_search=$(printf -- '-y %s ' $leaf_folders)
yosys_search=$(printf -- '-libdir %s ' $leaf_folders)

{
  for leaf in $leaf_files; do
    top=$(basename "$leaf" .sv)
    printf '%s\0' "$work/$top" "$leaf" "$top" "$verilator_search $leaf" "$leaf" "$yosys_search"
  done
  for config in configs/*.toml; do
    name=$(basename "$config" .toml)
    folder=$work/rtl/$name
    "$program" generate "$config" --out "$folder" --quiet
    for file in "$folder/$name"_*.sv; do
      top=$(basename "$file" .sv)
      [ "$top" = "${name}_pkg" ] && continue
      printf '%s\0' "$work/$top" "$top.sv" "$top" "-F $folder/$name.f" \
        "$folder/${name}_pkg.sv $file" "-libdir $folder -libdir $folder/leaves"
    done
  done
} >"$work/jobs"

printf '%-34s %-10s %s\n' file verilator yosys
xargs -0 -n 6 -P "$(nproc)" sh "$0" --one <"$work/jobs"

set -- "$work"/*.failed
[ -e "$1" ] || exit 0
cat "$@"
exit 1
