#!/bin/sh
# Lints the hardware: every module of rtl/, and of fpga/soc but what needs a board's package, is elaborated alone, for the reference config, by Verilator
# -Wall and by slang, where a warning is a fault, and read alone by Yosys; so is the device of every
# config in its wrapper, of which Yosys elaborates arrays up to 16x16. Before that Verible holds both to
# its rules (rtl/verible.rules, rtl/verible.waivers) and to the form that its formatter writes (make
# format).
# Usage: scripts/lint.sh [PROGRAM]     intformer or intformer_generate; default build/intformer
set -eu

# One row of the table: lint.sh --one LOG LABEL TOP "FILES" "YOSYS SCRIPT"
if [ "${1:-}" = "--one" ]; then
  log=$2 label=$3 top=$4 files=$5 script=$6
  verilator=ok slang=ok yosys=ok
  # shellcheck disable=SC2086
  verilator --lint-only -Wall --no-timing --top-module "$top" $files >"$log" 2>&1 || verilator=FAIL
  # shellcheck disable=SC2086
  python3 scripts/slang.py "$LINTERS" --top "$top" $files >>"$log" 2>&1 || slang=FAIL
  yosys -q -p "$script" >>"$log" 2>&1 || yosys=FAIL
  printf '%-34s %-10s %-6s %s\n' "$label" "$verilator" "$slang" "$yosys"
  case $verilator$slang$yosys in
    *FAIL*) { printf '\n== %s\n' "$label"; grep -v '^Warning: Replacing memory' "$log"; } \
      >"$log.failed" ;;
  esac
  exit 0
fi
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"

cd "$(dirname "$0")/.."
program=${1:-build/intformer}
LINTERS=${LINTERS:-build/linters}
export LINTERS
sh scripts/install-linters.sh "$LINTERS"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

package=rtl/generated/intformer_pkg.sv
modules=$(find rtl -name '*.sv' -not -path 'rtl/generated/*/*' -not -path "$package" | sort)
soc=$(find fpga/soc -maxdepth 1 -name '*.sv' | sort)
search=$(find rtl fpga/soc -type d -not -path 'rtl/generated/*' -not -path '*/sim' -printf '-y %p ')

# A fault of form is a line that the pattern finds outside of comments: form PATTERN "WHAT IS MEANT"
form() {
  # shellcheck disable=SC2086
  grep -nE "$1" $modules $soc /dev/null | grep -vE '^[^:]*:[0-9]+: *//' | sed "s,\$,   <- $2,"
}
# shellcheck disable=SC2086
{
  "$LINTERS/bin/verible-verilog-lint" --rules_config rtl/verible.rules \
    --waiver_files rtl/verible.waivers $modules $soc "$package" || true
  for file in $modules $soc; do
    "$LINTERS/bin/verible-verilog-format" --flagfile rtl/verible.format "$file" |
      diff -q "$file" - >/dev/null || echo "$file: not as the formatter writes it (make format)"
  done
  form '^ *case ' 'unique case'
  form '\[[^]]*([^ ][-+]:|[-+]:[^ ])' 'blanks around +:'
  form '^ *(&&|[|][|]|[-+*|&^]) ' 'a binary operator ends a line'
} >"$work/verible.failed" 2>&1
if [ -s "$work/verible.failed" ]; then echo "verible: FAIL"; else rm "$work/verible.failed"; fi

{
  for file in $modules; do
    top=$(basename "$file" .sv)
    printf '%s\0' "$work/$top" "$file" "$top" "$search $package $file" \
      "read_verilog -sv $package $file; proc"
  done
  for file in $soc; do
    grep -q 'board_pkg::\|BOARD_DEVICE' "$file" && continue
    top=$(basename "$file" .sv)
    printf '%s\0' "$work/$top" "$file" "$top" "$search $file" "read_verilog -sv $file; proc"
  done
  for config in configs/*.toml; do
    name=$(basename "$config" .toml)
    folder=$work/rtl/$name
    "$program" generate "$config" --out "$folder" --quiet
    files=$(sed -n "s,^[^/].*[.]sv$,$folder/&,p" "$folder/$name.f" | tr '\n' ' ')
    script="read_verilog -sv -defer $files; read_verilog -defer $folder/${name}_axi.v"
    # Yosys takes many minutes to elaborate arrays larger than 16x16: these it only parses.
    [ "$(sed -n 's/^dim *= *\([0-9]*\).*/\1/p' "$config")" -gt 16 ] ||
      script="$script; hierarchy -check -top ${name}_axi; proc"
    printf '%s\0' "$work/$name" "$config" "${name}_axi" "-F $folder/$name.f $folder/${name}_axi.v" \
      "$script"
  done
} >"$work/jobs"

printf '%-34s %-10s %-6s %s\n' file verilator slang yosys
xargs -0 -n 5 -P "$(nproc)" sh scripts/lint.sh --one <"$work/jobs"

set -- "$work"/*.failed
[ -e "$1" ] || exit 0
cat "$@"
exit 1
