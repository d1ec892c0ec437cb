// How fast the tools are: a BERT-Base layer of 128 tokens on base16, through the compiler, the
// golden model, the emulator and the RTL. Each is run a few times on one thread (the golden model
// uses all cores) and the best is printed, in wall time; the RTL also in processor
// time, with its comparison, which other work on the machine disturbs less.

#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <functional>

#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "tb/build_device.hpp"
#include "tb/check.hpp"

using namespace intformer;

namespace {

double bestSeconds(int runs, const std::function<void()>& body) {
  double best = 1e30;
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
                              .count());
  }
  return best;
}

int bench(int runs) {
  const ConfigResult config = loadConfig("configs/base16.toml");
  const ModelSpecResult spec = loadModelSpec("configs/models/bert-base.toml");
  if (!config.plan || !spec.spec) {
    fmt::print(stderr, "run this from the project's root\n");
    return 1;
  }
  const Plan& plan = *config.plan;
  const Graph graph = buildBertEncoder(*spec.spec, 1, 128, 1);
  const TensorValues inputs = seededInputs(graph, 1);
  double giga = 0;
  for (const Operator& op : graph.operators) giga += static_cast<double>(macs(graph, op)) / 1e9;
  fmt::print("BERT-Base layer, 128 tokens, base16: {:.3f} G multiply-accumulates\n", giga);

  TensorValues golden;
  const double goldenSeconds =
      bestSeconds(runs, [&] { golden = runGolden(graph, inputs, plan.family); });
  fmt::print("golden model    {:8.3f} s  {:8.1f} G MAC/s\n", goldenSeconds, giga / goldenSeconds);

  Program program;
  const double compileSeconds = bestSeconds(runs, [&] { program = compile(graph, plan); });
  fmt::print("compiler        {:8.3f} s  {:8} commands\n", compileSeconds, program.commands.size());

  const std::vector<uint8_t> image = buildImage(program, graph, inputs);
  const double emulatorSeconds = bestSeconds(runs, [&] {
    std::vector<uint8_t> memory = image;
    runProgram(plan, program, memory);
  });
  fmt::print("emulator        {:8.3f} s  {:8.1f} G MAC/s\n", emulatorSeconds,
             giga / emulatorSeconds);

  tb::SimDevice device(tb::buildDevice(
      plan, emitAll(plan), {.root = {}, .traced = false, .assertions = false, .quiet = false}));
  uint64_t cycles = 0;
  double simulationSeconds = 1e30;
  double simulationCpuSeconds = 1e30;
  bool equal = true;
  for (int i = 0; i < runs; ++i) {
    tb::Scoreboard scoreboard(program, graph, golden);
    const std::clock_t begin = std::clock();
    const tb::RtlCheck check =
        checkOnDevice(device, plan, program, scoreboard, image, tb::memoryTiming(100));
    const auto ticks = static_cast<double>(std::clock() - begin);
    simulationCpuSeconds = std::min(simulationCpuSeconds, ticks / CLOCKS_PER_SEC);
    cycles = check.run.counters[INTFORMER_COUNT_CYCLES];
    simulationSeconds = std::min(simulationSeconds, check.run.seconds);
    equal = equal && check.equal();
  }
  const double kilo = static_cast<double>(cycles) / 1000;
  fmt::print("RTL simulation  {:8.3f} s  {:8.0f} kHz, {:.0f} kHz of processor time; {} cycles, "
             "{}\n",
             simulationSeconds, kilo / simulationSeconds, kilo / simulationCpuSeconds, cycles,
             equal ? "all values equal" : "VALUES DIFFER");
  return equal ? 0 : 2;
}

}  // namespace

int main(int argc, char** argv) { return bench(argc > 1 ? std::stoi(argv[1]) : 3); }
