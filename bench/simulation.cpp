// How fast RTL, emulator and golden model go, on the same model with the same values.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "bench/measure.hpp"
#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "tb/build_device.hpp"
#include "tb/scoreboard.hpp"

namespace intformer::bench {
namespace {

std::string nameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

/// Seconds of the emulator alone; throws when it refuses the program.
Seconds emulatorSeconds(const Job& job, const Program& program, std::vector<uint8_t>& memory,
                        int runs) {
  return bestOf(runs, [&] {
    const emulator::EmulationResult result = emulator::runProgram(job.plan, program, memory);
    if (!result.ok()) throw std::runtime_error("emulator: " + result.message);
  });
}

bool emulatorEquals(const Job& job, const Program& program, const TensorValues& golden,
                    const std::vector<uint8_t>& memory) {
  return tb::Scoreboard(program, job.graph, golden).compare(memory, false).mismatches == 0;
}

bool measureAllLayers(const Settings& settings, Figures& figures, tb::SimDevice& device) {
  const model::ModelSpecResult spec = model::loadModelSpec(settings.model);
  if (!spec.spec || spec.spec->vocabulary == 0) return true;
  const uint32_t layers = spec.spec->layers;
  figures.section(fmt::format("{} on {}, {} layers from {} token ids", spec.spec->name,
                              nameOf(settings.config), layers, settings.tokens));
  figures.measuring("drawing the model");
  const Job job = prepare(settings.config, {}, settings.model, layers, {settings.tokens}, true);
  const Program program = compiler::compile(job.graph, job.plan);
  figures.measuring("golden model");
  TensorValues golden;
  const Seconds goldenTime = bestOf(
      settings.runs, [&] { golden = golden::runGolden(job.graph, job.inputs, job.plan.family); });
  figures.add({"golden model", goldenTime.wall, "s", settings.goal(atMost(2))});
  figures.measuring("emulator");
  std::vector<uint8_t> memory = buildImage(program, job.graph, job.inputs);
  const Seconds emulator = emulatorSeconds(job, program, memory, 1);
  figures.add({"emulator", emulator.wall, "s", {}});
  device.setProgress([&](uint64_t cycle) {
    figures.measuring(fmt::format("RTL: {:.1f} M cycles", static_cast<double>(cycle) / 1e6));
  });
  const RtlFigures rtl = runOnRtl(device, job, program, golden);
  device.setProgress({});
  figures.add({"RTL simulation", rtl.seconds.wall, "s", settings.goal(atMost(70))});
  figures.add({"RTL simulation, processor time", rtl.seconds.cpu, "s", {}});
  figures.add({"cycles on the RTL", static_cast<double>(rtl.cycles), "cycles", {}});
  figures.add({"MAC utilization on the RTL", utilization(job, rtl.cycles), "%",
               settings.goal(atLeast(97))});
  figures.add({"values compared, golden = emulator = RTL", static_cast<double>(rtl.values),
               "values", {}});
  return rtl.equal && emulatorEquals(job, program, golden, memory);
}

}  // namespace

bool measureSimulation(const Settings& settings, Figures& figures) {
  figures.section(fmt::format("{} on {}, 1 layer, {} tokens", nameOf(settings.model),
                              nameOf(settings.config), settings.tokens));
  const Job job = prepare(settings.config, {}, settings.model, 1, {settings.tokens}, false);
  const Program program = compiler::compile(job.graph, job.plan);

  figures.measuring("golden model");
  TensorValues golden;
  const Seconds goldenTime = bestOf(
      settings.runs, [&] { golden = golden::runGolden(job.graph, job.inputs, job.plan.family); });
  figures.add({"golden model", goldenTime.wall, "s", {}});

  figures.measuring("emulator");
  std::vector<uint8_t> memory = buildImage(program, job.graph, job.inputs);
  const Seconds emulator = emulatorSeconds(job, program, memory, settings.runs);
  bool equal = emulatorEquals(job, program, golden, memory);
  figures.add({"emulator, processor time", emulator.cpu, "s", {}});

  std::unique_ptr<tb::SimDevice> first;
  RtlFigures best;
  best.seconds.cpu = 1e30;
  for (const std::string& compiler : tb::compilers()) {
    figures.measuring("building the simulation with " + compiler);
    auto device = std::make_unique<tb::SimDevice>(tb::buildDevice(
        job.plan, emitAll(job.plan),
        {.root = {}, .traced = false, .assertions = false, .quiet = true, .compiler = compiler}));
    figures.measuring("RTL, " + compiler);
    RtlFigures fastest;
    fastest.seconds.cpu = 1e30;
    for (int run = 0; run < settings.runs; ++run) {
      const RtlFigures rtl = runOnRtl(*device, job, program, golden);
      equal = equal && rtl.equal;
      if (rtl.seconds.cpu < fastest.seconds.cpu) fastest = rtl;
    }
    const double kilo = static_cast<double>(fastest.cycles) / 1000;
    figures.add({"RTL simulation with " + compiler + ", one thread", kilo / fastest.seconds.cpu,
                 "kHz", {}});
    if (fastest.seconds.cpu < best.seconds.cpu) best = fastest;
    if (!first) first = std::move(device);
    if (settings.quick) break;
  }
  if (!first) throw std::runtime_error("neither clang++ nor g++ is here: apt-get install clang");
  figures.add({"RTL simulation, best compiler",
               static_cast<double>(best.cycles) / 1000 / best.seconds.cpu, "kHz",
               settings.goal(atLeast(1000))});
  figures.add({"emulator faster than that simulation by", best.seconds.cpu / emulator.cpu, "x",
               settings.goal(atLeast(20))});
  figures.add({"cycles on the RTL", static_cast<double>(best.cycles), "cycles", {}});
  figures.add({"MAC utilization on the RTL", utilization(job, best.cycles), "%",
               settings.goal(atLeast(97))});
  figures.add({"values compared, golden = emulator = RTL", static_cast<double>(best.values),
               "values", {}});
  if (settings.quick) return equal;
  return measureAllLayers(settings, figures, *first) && equal;
}

}  // namespace intformer::bench
