// Sentences per second of the models without a clock.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "bench/measure.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/embed/backend.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/golden/golden.hpp"

namespace intformer::bench {
namespace {

constexpr uint32_t kTokens = 16;
constexpr uint32_t kBatch = 16;

std::string nameOf(const std::string& path) { return std::filesystem::path(path).stem().string(); }

/// Sentences per second of a backend, which is given `sentences` at once.
double rateOf(embed::Backend& backend, uint32_t sentences, int runs) {
  const std::vector<std::vector<uint32_t>> ids(sentences, std::vector<uint32_t>(kTokens, 1000));
  return sentences /
         bestOf(runs, [&] { static_cast<void>(backend.run(ids)); }).wall;
}

void measureTrained(const Settings& settings, Figures& figures, const Plan& plan) {
  if (!std::filesystem::exists(settings.trained)) return;
  figures.section(fmt::format("sentences of {} tokens, {}", kTokens, nameOf(settings.trained)));
  figures.measuring("reading the model");
  const itf::ModelFile file = itf::readModelFile(settings.trained);
  const quantizer::QuantizedModel& model = itf::integersOf(file, settings.trained).model;
  const int runs = settings.quick ? 2 : 10;
  const auto measure = [&](const std::string& name, std::unique_ptr<embed::Backend> backend,
                           Goal goal) {
    figures.measuring(name);
    figures.add({name + ", one at a time", rateOf(*backend, 1, runs), "1/s", goal});
    figures.add({fmt::format("{}, batches of {}", name, kBatch),
                 rateOf(*backend, kBatch, runs), "1/s", goal});
  };
  measure("golden model", embed::goldenBackend(model, plan.family), atLeast(20));
  measure("emulator", embed::emulatorBackend(model, plan), atLeast(5));
  double first = 0;  // of a backend that has compiled nothing yet
  for (int run = 0; run < runs; ++run)
    first = std::max(first, rateOf(*embed::emulatorBackend(model, plan), 1, 1));
  figures.add({"emulator, a length not seen before", first, "1/s", atLeast(5)});
}

}  // namespace

void measureSentences(const Settings& settings, Figures& figures) {
  const Job job = prepareWhole(settings.config, settings.smallModel, kTokens);
  figures.section(fmt::format("sentences of {} tokens, {}", kTokens, nameOf(settings.smallModel)));
  const int runs = settings.quick ? 3 : 20;
  figures.measuring("golden model");
  const Seconds golden = bestOf(runs, [&] {
    static_cast<void>(golden::runGolden(job.graph, job.inputs, job.plan.family));
  });
  figures.add({"golden model", 1 / golden.wall, "1/s", atLeast(20)});

  figures.measuring("emulator");
  const Program program = compiler::compile(job.graph, job.plan);
  std::vector<uint8_t> memory = buildImage(program, job.graph, job.inputs);
  const Seconds emulator = bestOf(runs, [&] {
    renewImage(program, job.graph, job.inputs, memory);
    const emulator::EmulationResult result = emulator::runProgram(job.plan, program, memory);
    if (!result.ok()) throw std::runtime_error("emulator: " + result.message);
    for (const Placement& placement : program.placements)
      if (job.graph.tensors[placement.tensor].role == TensorRole::Output)
        static_cast<void>(
            unpackTensor(placement, job.graph.tensors[placement.tensor], memory));
  });
  figures.add({"emulator, compiled before", 1 / emulator.wall, "1/s", atLeast(5)});
  measureTrained(settings, figures, job.plan);
}

}  // namespace intformer::bench
