#!/bin/sh
# Renews what is generated and committed: rtl/generated, docs/4-commands.md and the driver's
# sw/runtime/intformer_registers.h.
# Usage: scripts/regenerate.sh [PROGRAM]     intformer or intformer_generate; default build/intformer
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
cd "$(dirname "$0")/.."
program=${1:-build/intformer}
bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT
"$program" generate configs/base16.toml --out "$bare" --bare --quiet
cp "$bare"/*.sv rtl/generated
cp "$bare/intformer_registers.h" sw/runtime
"$program" generate configs/base16.toml --out rtl/generated/base16
cp rtl/generated/base16/base16_commands.md docs/4-commands.md
