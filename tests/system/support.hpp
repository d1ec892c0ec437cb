#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"

/// Shared by the system tests: devices of the committed configs, verilated once per build folder.
namespace intformer::system_test {

Plan planOf(const std::string& config, const std::vector<std::string>& overrides = {});

/// A simulated device of a config; `library` in place of the config's own design, `powerUp` as for
/// SimDevice. tiny4's own counts the lines that it reaches, if the environment's INTFORMER_COVERAGE
/// names a folder for the counts (scripts/coverage.sh).
struct Device {
  Plan plan;
  tb::SimDevice sim;
  explicit Device(const std::string& config, const std::vector<std::string>& overrides = {},
                  const std::filesystem::path& library = {});
  Device(const Plan& plan, const std::filesystem::path& library, uint64_t powerUp = 0);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
};

/// An encoder with its golden values.
struct Workload {
  Graph graph;
  TensorValues inputs;
  TensorValues golden;
};
Workload makeWorkload(const model::ModelSpec& spec, uint32_t layers, uint32_t seq, Family family,
                      uint64_t seed);

/// A BERT layer's structure at a fraction of its width.
model::ModelSpec smallEncoder(uint32_t dim);

tb::Job jobOf(uint64_t programAddress, std::size_t commands,
              const std::vector<emulator::MemoryWindow>& windows);

}  // namespace intformer::system_test
