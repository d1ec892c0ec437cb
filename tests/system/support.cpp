#include "tests/system/support.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

namespace intformer::system_test {

using model::ModelSpec;

namespace {

/// Where counts of lines go; null: nowhere.
const char* coverageFolder() { return std::getenv("INTFORMER_COVERAGE"); }

std::filesystem::path libraryOf(const std::string& config, const Plan& plan) {
  const bool counts = coverageFolder() != nullptr && config == "tiny4";
  return tb::buildDevice(plan, emitAll(plan), {.coverage = counts});
}

}  // namespace

Plan planOf(const std::string& config, const std::vector<std::string>& overrides) {
  const ConfigResult result = loadConfig("configs/" + config + ".toml", overrides);
  if (!result.plan) throw std::runtime_error(result.diagnostics.front().text());
  return *result.plan;
}

Device::Device(const std::string& config, const std::vector<std::string>& overrides,
               const std::filesystem::path& library)
    : plan(planOf(config, overrides)),
      sim(library.empty() ? libraryOf(config, plan) : library) {}

Device::Device(const Plan& planOfLibrary, const std::filesystem::path& library, uint64_t powerUp)
    : plan(planOfLibrary), sim(library, powerUp) {}

Device::~Device() {
  static int number = 0;
  if (coverageFolder() != nullptr && sim.countsLines())
    sim.writeCoverage(fmt::format("{}/{}-{}.dat", coverageFolder(), getpid(), number++));
}

Workload makeWorkload(const ModelSpec& spec, uint32_t layers, uint32_t seq, Family family,
                      uint64_t seed) {
  Workload workload;
  workload.graph = model::buildBertEncoder(spec, layers, seq, seed);
  workload.inputs = model::seededInputs(workload.graph, seed);
  workload.golden = golden::runGolden(workload.graph, workload.inputs, family);
  return workload;
}

ModelSpec smallEncoder(uint32_t dim) {
  ModelSpec spec;
  spec.name = "small";
  spec.heads = 3;
  // Head width and hidden width are no multiples of the array's size.
  spec.width = spec.heads * (dim + dim / 2);
  spec.ffn = 4 * spec.width + 3;
  spec.layers = 2;
  return spec;
}

tb::Job jobOf(uint64_t programAddress, std::size_t commands,
              const std::vector<emulator::MemoryWindow>& windows) {
  tb::Job job{programAddress, static_cast<uint32_t>(commands), {}};
  for (const emulator::MemoryWindow& w : windows)
    job.windows.push_back({w.base, w.end, w.permissions});
  return job;
}

}  // namespace intformer::system_test
