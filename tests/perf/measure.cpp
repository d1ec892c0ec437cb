#include "tests/perf/measure.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/model/bert.hpp"
#include "sw/perf/memory_presets.hpp"
#include "sw/report/estimate.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"
#include "tb/rtl_run.hpp"

namespace intformer::perf_test {

using namespace model;

namespace {

Plan planOf(const Case& work) {
  const ConfigResult config = loadConfig("configs/" + work.config + ".toml", work.overrides);
  if (!config.plan) throw std::runtime_error(config.diagnostics.front().text());
  return *config.plan;
}

perf::MemoryTiming memoryOf(const Case& work, const Plan& plan) {
  if (work.dram.empty()) return {.latency = work.latency};
  return perf::memoryTiming(*perf::findMemoryPreset(work.dram), plan.clockMhz);
}

double errorOf(uint64_t estimate, uint64_t cycles) {
  const auto measured = static_cast<double>(cycles);
  return std::abs(static_cast<double>(estimate) - measured) / std::max(measured, 1.0);
}

struct Times {
  uint64_t start = 0, done = 0;
  bool operator==(const Times&) const = default;
};

/// Start and end of every command, counted from the first start of all.
template <class Events>
std::vector<Times> timesOf(const Events& events, std::size_t commands) {
  std::vector<Times> times(commands);
  for (const auto& event : events) {
    Times& entry = times.at(event.command);
    (event.done ? entry.done : entry.start) = event.cycle - events.front().cycle;
  }
  return times;
}

}  // namespace

std::string Case::label() const {
  return tokens ? fmt::format("{}#{}", model, *tokens) : model;
}

std::string Case::memory() const { return dram.empty() ? fmt::to_string(latency) : dram; }

std::string Case::key() const { return fmt::format("{} {} {} {}", device, label(), seq, memory()); }

std::optional<Result> Devices::measure(const Case& work) {
  const Plan plan = planOf(work);
  const ModelSpecResult spec = loadModelSpec("configs/models/" + work.model + ".toml");
  const uint64_t seed = work.tokens.value_or(1);
  const Graph graph =
      buildBertEncoder(*spec.spec, 1, {work.seq}, seed,
                       work.tokens ? EncoderInput::Tokens : EncoderInput::Activations);
  Program program;
  try {
    program = compiler::compile(graph, plan);
  } catch (const compiler::CompileError&) {
    return std::nullopt;
  }
  auto& device = devices_[work.device];
  if (!device) device = std::make_unique<tb::SimDevice>(tb::buildDevice(plan, emitAll(plan)));
  const std::vector<uint8_t> image = buildImage(program, graph, seededInputs(graph, seed));
  device->setMemory(image);
  const perf::MemoryTiming timing = memoryOf(work, plan);
  device->setTiming(tb::memoryTiming(timing));
  device->setWatchdog(tb::watchdogCycles(program.commands, program.dim, timing.latency, 0));
  device->clearEvents();
  device->reset();
  const tb::DeviceRun run =
      tb::runJob(*device, tb::jobOf(program, plan.windowCount), uint64_t{1} << 40);
  if (!run.ok()) throw std::runtime_error(work.key() + ": " + run.text());

  const perf::Run model =
      perf::estimate(program.commands, program.programAddress, plan, timing, image);
  const report::RunReport report = report::estimateReport(program, plan, timing, image);
  Result result;
  result.cycles = run.counters[INTFORMER_COUNT_CYCLES];
  result.estimate = model.cycles;
  result.commands = program.commands.size();
  result.modelError = errorOf(result.estimate, result.cycles);
  if (model.bytesRead != run.counters[INTFORMER_COUNT_READ_BYTES] ||
      model.bytesWritten != run.counters[INTFORMER_COUNT_WRITE_BYTES])
    throw std::runtime_error(work.key() + ": the model moves other bytes than the device");

  const auto measured =
      report::operatorReports(program, tb::commandEvents(*device), run.startCycle, result.cycles);
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const double error = errorOf(report.operators[i].cycles, measured[i].cycles);
    if (error < result.operatorError) continue;
    result.operatorError = error;
    result.worstOperator = error > 0 ? measured[i].name : "-";
  }
  const auto real = timesOf(device->events(), program.commands.size());
  const auto estimated = timesOf(model.events, program.commands.size());
  for (std::size_t i = 0; i < real.size(); ++i) result.commandsOff += real[i] != estimated[i];
  return result;
}

std::vector<std::string> randomOverrides(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto power = [&](uint32_t low, uint32_t high) {  // 2^low .. 2^high
    return uint32_t{1} << (low + random() % (high - low + 1));
  };
  for (;;) {
    const uint32_t dim = power(2, 5);
    std::vector<std::string> keys;
    const auto set = [&](const std::string& key, uint64_t value) {
      keys.push_back(fmt::format("{}={}", key, value));
    };
    set("array.dim", dim);
    set("accumulator.bytes", uint64_t{4} * dim * (256 + random() % 1024));
    set("accumulator.banks", power(1, 3));
    set("scratchpad.bytes", uint64_t{dim} * (8192 + random() % 16384));
    set("scratchpad.banks", power(1, 4));
    set("vector.lanes", std::min(dim, power(0, 5)));
    set("vector.stat_rows", 128 + random() % 300);
    set("bus.data_bits", power(5, 9));
    set("bus.max_burst_beats", power(2, 6));
    set("bus.outstanding_reads", 1 + random() % 12);
    set("bus.outstanding_writes", 1 + random() % 12);
    set("commands.queue_depth", 1 + random() % 10);
    set("commands.fetch_depth", 2 + random() % 20);
    if (loadConfig("configs/base16.toml", keys).plan) return keys;
  }
}

std::vector<Case> quickCases() {
  std::vector<Case> cases;
  for (const char* config : {"tiny4", "edge8", "base16", "wide32"}) {
    for (const uint32_t seq : {1U, 5U, 16U, 77U, 128U})
      cases.push_back({config, config, {}, "tiny", seq});
    cases.push_back({config, config, {}, "odd", 77});
    cases.push_back({config, config, {}, "odd", 77, 400});
  }
  for (const uint64_t seed : {1, 2})
    for (const uint32_t seq : {16U, 77U})
      cases.push_back({fmt::format("random{}", seed), "base16", randomOverrides(seed), "odd", seq});
  const auto behind = [&](const char* dram, const char* config, const char* model, uint32_t seq) {
    cases.push_back({config, config, {}, model, seq, 0, {}, dram});
  };
  behind("sdram", "tiny4", "tiny", 128);
  behind("sdram", "edge8", "odd", 77);
  behind("ddr3", "base16", "bert-base", 16);
  behind("ddr4", "wide32", "odd", 77);
  // Cycles of gathers depend on the tokens, and so on the seed.
  for (const uint64_t seed : {1, 2, 3}) {
    cases.push_back({"tiny4", "tiny4", {}, "tiny-tokens", 16, 100, seed});
    cases.push_back({"tiny4", "tiny4", {}, "tiny-tokens", 16, 0, seed, "ddr4"});
    for (const uint64_t device : {1, 2})
      cases.push_back({fmt::format("random{}", device), "base16", randomOverrides(device),
                       "tiny-tokens", 16, 100, seed});
  }
  return cases;
}

std::vector<Case> slowCases() {
  std::vector<Case> cases;
  for (const char* config : {"tiny4", "edge8", "base16", "wide32"})
    for (const uint32_t seq : {1U, 5U, 16U, 77U, 128U}) {
      if (seq != 77) cases.push_back({config, config, {}, "odd", seq});
      cases.push_back({config, config, {}, "minilm-shape", seq});
      if (std::string(config) != "tiny4") cases.push_back({config, config, {}, "bert-base", seq});
    }
  for (const char* config : {"base16", "wide32"})
    for (const char* dram : {"ddr4", "ddr3", "sdram"})
      cases.push_back({config, config, {}, "bert-base", 128, 0, {}, dram});
  for (uint64_t seed = 3; seed <= 12; ++seed) {
    const std::string name = fmt::format("random{}", seed);
    cases.push_back({name, "base16", randomOverrides(seed), "odd", 77});
    cases.push_back({name, "base16", randomOverrides(seed), "minilm-shape", 20});
    for (const uint64_t tokens : {seed, 100 + seed})
      cases.push_back({name, "base16", randomOverrides(seed), "tiny-tokens", 13, 100, tokens});
  }
  return cases;
}

std::string tableHead() {
  return "| device | model | tokens | memory | cycles, RTL | cycles, model | error "
         "| worst operator | its error | commands off |\n"
         "|---|---|---|---|---|---|---|---|---|---|\n";
}

std::string tableLine(const Case& work, const Result& result) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {:.3f} % | {} | {:.3f} % | {} of {} |\n",
                     work.device, work.label(), work.seq, work.memory(), result.cycles,
                     result.estimate, result.modelError * 100, result.worstOperator,
                     result.operatorError * 100, result.commandsOff, result.commands);
}

std::map<std::string, uint64_t> readTable(const std::string& path) {
  std::map<std::string, uint64_t> table;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string bar, device, model, seq, latency, cycles;
    if (!(fields >> bar >> device >> bar >> model >> bar >> seq >> bar >> latency >> bar >> cycles))
      continue;
    if (cycles.find_first_not_of("0123456789") != std::string::npos) continue;
    table[fmt::format("{} {} {} {}", device, model, seq, latency)] = std::stoull(cycles);
  }
  return table;
}

}  // namespace intformer::perf_test
