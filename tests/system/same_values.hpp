#pragma once

#include <algorithm>

#include "gen/tables/operands.hpp"
#include "sw/compiler/compile.hpp"
#include "tests/catch.hpp"
#include "tests/system/support.hpp"

namespace intformer::system_test {

/// Compiles, runs on emulator and device, and demands the golden values everywhere.
inline void requireEqual(Device& device, const Workload& work,
                         const compiler::CompileOptions& options, const sim_memory_timing& timing) {
  const Program program = compiler::compile(work.graph, device.plan, options);
  const std::vector<uint8_t> image = buildImage(program, work.graph, work.inputs);
  tb::Scoreboard scoreboard(program, work.graph, work.golden);

  std::vector<uint8_t> memory = image;
  const emulator::EmulationResult emulated = emulator::runProgram(device.plan, program, memory);
  INFO(emulated.message);
  REQUIRE(emulated.ok());
  const tb::Comparison onEmulator = scoreboard.compare(memory, false);
  INFO((onEmulator.first ? onEmulator.first->text() : ""));
  REQUIRE(onEmulator.mismatches == 0);

  const tb::RtlCheck check =
      checkOnDevice(device.sim, device.plan, program, scoreboard, image, timing);
  INFO(check.run.text());
  INFO((check.comparison.first ? check.comparison.first->text() : "no value differs"));
  REQUIRE(check.run.ok());
  REQUIRE(check.comparison.mismatches == 0);
  // Every operator's every output, attention weights among them.
  const auto given = std::ranges::count_if(work.graph.tensors, isGiven);
  REQUIRE(check.comparison.tensors + static_cast<std::size_t>(given) == work.graph.tensors.size());
  uint64_t values = 0;
  for (const TensorInfo& info : work.graph.tensors)
    if (!isGiven(info)) values += uint64_t{info.rows} * info.cols;
  REQUIRE(check.comparison.values == values);
  REQUIRE(check.run.counters[INTFORMER_COUNT_COMMANDS] == program.commands.size());
  uint64_t loaded = 0;
  uint64_t stored = 0;
  for (const Command& command : program.commands) {
    const Opcode opcode = command.opcode();
    if (opcode == Opcode::Load || opcode == Opcode::Gather)
      loaded += bytesTransferred(command, program.dim);
    if (opcode == Opcode::Store) stored += bytesTransferred(command, program.dim);
  }
  CHECK(loaded == emulated.bytesLoaded);
  CHECK(check.run.counters[INTFORMER_COUNT_WRITE_BYTES] == stored);
}

}  // namespace intformer::system_test
