#!/bin/sh
# Builds the program and its tests with each C++ compiler of this machine, where a warning is a fault, and
# runs the quick tests with each: in build/compilers/NAME. Minutes for each.
# Usage: scripts/compilers.sh [COMPILER]   one of them; default: all of g++, g++-N, clang++, clang++-N
set -eu
. "$(dirname "$0")/arguments.sh"
check_arguments 1 "$@"
cd "$(dirname "$0")/.."
quick_tests=$(cat scripts/quick-tests.txt)  # those that simulate no hardware and build none

# One name of each: g++ may be g++-12.
compilers() {
  seen=""
  for name in g++ clang++ $(seq -f 'g++-%g' 11 20) $(seq -f 'clang++-%g' 13 30); do
    path=$(command -v "$name") || continue
    path=$(readlink -f "$path")
    case " $seen " in *" $path "*) continue ;; esac
    seen="$seen $path"
    echo "$name"
  done
}

for compiler in ${1:-$(compilers)}; do
  folder=build/compilers/$compiler
  echo "$compiler: $("$compiler" --version | sed 1q)"
  mkdir -p "$folder"
  cmake -S . -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >"$folder/configure.log" 2>&1 || { cat "$folder/configure.log"; exit 1; }
  cmake --build "$folder" -- --quiet
  ctest --test-dir "$folder" --output-on-failure -R "$quick_tests" -E test_bench >"$folder/tests.log" || { cat "$folder/tests.log"; exit 1; }
  grep "tests passed" "$folder/tests.log"
done
