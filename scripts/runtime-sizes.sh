#!/bin/sh
# Compiles the C runtime (sw/runtime/intformer.c) for microcontrollers, as C99 without a C library, and prints
# in bytes what it takes of each: code, constants, variables, and its largest stack frame; lets
# tests/runtime/selfcheck.c run there on QEMU. A compiler or QEMU that is missing is named, and left out:
# apt-get install gcc-riscv64-unknown-elf gcc-arm-none-eabi qemu-user
# Usage: scripts/runtime-sizes.sh [TARGET]     rv32imc, cortex-m0plus or cortex-m4; default: all
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c99 -Os -ffreestanding -fomit-frame-pointer -Wall -Wextra -Werror -I."

# Bytes of the sections whose names begin with one of these: bytes FILE PATTERN
bytes() { "$prefix-size" -A "$1" | awk -v p="$2" '$1 ~ p { n += $2 } END { print n + 0 }'; }

# compile TARGET PREFIX QEMU MACHINE...
compile() {
  target=$1 prefix=$2 qemu=$3
  shift 3
  command -v "$prefix-gcc" >/dev/null || { echo "skipped: $target: $prefix-gcc is missing"; return; }
  object=$work/$target.o
  # shellcheck disable=SC2086
  "$prefix-gcc" $flags "$@" -fstack-usage -c sw/runtime/intformer.c -o "$object"
  needs=$("$prefix-nm" -u "$object" | awk '{ print $2 }' | tr '\n' ' ')
  for symbol in $needs; do
    case $symbol in
      memcpy) ;; # of which a compiler says that it may call it always
      *) echo "$target: the runtime needs $symbol" >&2; exit 1 ;;
    esac
  done
  printf '%-14s %7s %10s %10s %6s  ' "$target" "$(bytes "$object" '^[.]text')" \
    "$(bytes "$object" '^[.](rodata|srodata)')" "$(bytes "$object" '^[.](s?data|s?bss)')" \
    "$(awk -F '\t' '$2 > n { n = $2 } END { print n + 0 }' "$work/$target.su")"
  # shellcheck disable=SC2086
  "$prefix-gcc" $flags "$@" -nostdlib -static -Wl,--no-relax,--no-warn-rwx-segments,-e,_start tests/runtime/selfcheck.c "$object" -lgcc \
    -o "$work/$target"
  command -v "${qemu%% *}" >/dev/null || { echo "not run"; echo "skipped: $target: ${qemu%% *} is missing"; return; }
  status=0
  $qemu "$work/$target" || status=$?
  [ $status -eq 0 ] || { echo "fails"; echo "$target: tests/runtime/selfcheck.c:$status" >&2; exit 1; }
  echo "passes"
}

wanted=${1:-all}
printf '%-14s %7s %10s %10s %6s  %s\n' target code constants variables stack "self check"
found=false
is() { [ "$wanted" = all ] || [ "$wanted" = "$1" ] && found=true; }
! is rv32imc || compile rv32imc riscv64-unknown-elf qemu-riscv32 -march=rv32imc -mabi=ilp32
! is cortex-m0plus || compile cortex-m0plus arm-none-eabi "qemu-arm -cpu max" -mcpu=cortex-m0plus -mthumb
! is cortex-m4 || compile cortex-m4 arm-none-eabi "qemu-arm -cpu max" -mcpu=cortex-m4 -mthumb
$found || { echo "runtime-sizes: no target $wanted; --help says which there are" >&2; exit 1; }
