// The compiler and the performance model on a whole model; sentences per second on a small one;
// tokens of text per second.

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <stdexcept>

#include "bench/measure.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/files/files.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "sw/tokenizer/tokenizer.hpp"
#include "tb/estimate.hpp"

namespace intformer::bench {
namespace {

/// All layers, from token ids where the model has an embedding.
Job prepareWhole(const Settings& settings, const std::string& model, uint32_t tokens) {
  const ModelSpecResult spec = loadModelSpec(model);
  for (const Diagnostic& fault : spec.diagnostics) throw std::runtime_error(fault.text());
  return prepare(settings.config, {}, model, spec.spec->layers, {tokens},
                 spec.spec->vocabulary != 0);
}

}  // namespace

void measureCompiler(const Settings& settings, Figures& figures) {
  figures.section("tools on all layers of " + std::filesystem::path(settings.model).stem().string());
  const int runs = settings.quick ? 1 : settings.runs;
  figures.measuring("drawing the model");
  std::optional<Job> job;
  const Seconds draw =
      bestOf(runs, [&] { job = prepareWhole(settings, settings.model, settings.tokens); });
  figures.add({"drawing the model from its seed", draw.wall, "s", {}});
  figures.measuring("compiler");
  Program program;
  std::vector<uint8_t> image;
  const Seconds lowering = bestOf(runs, [&] { program = compile(job->graph, job->plan); });
  const Seconds packing =
      bestOf(runs, [&] { image = buildImage(program, job->graph, job->inputs); });
  figures.add({"compiler", lowering.wall, "s", {}});
  figures.add({"memory image", packing.wall, "s", {}});
  figures.add({"intformer compile: model, program and image",
               draw.wall + lowering.wall + packing.wall, "s", settings.goal(atMost(2))});
  figures.measuring("performance model");
  const Seconds estimate =
      bestOf(runs, [&] { static_cast<void>(tb::estimateReport(program, job->plan, {}, image)); });
  figures.add({"performance model", estimate.wall, "s", {}});
}

void measureSentences(const Settings& settings, Figures& figures) {
  constexpr uint32_t kTokens = 16;
  const Job job = prepareWhole(settings, settings.smallModel, kTokens);
  figures.section(fmt::format(
      "sentences of {} tokens, {}", kTokens,
      std::filesystem::path(settings.smallModel).stem().string()));
  const int runs = settings.quick ? 3 : 20;
  figures.measuring("golden model");
  const Seconds golden = bestOf(runs, [&] {
    static_cast<void>(runGolden(job.graph, job.inputs, job.plan.family));
  });
  figures.add({"golden model", 1 / golden.wall, "1/s", atLeast(20)});

  figures.measuring("emulator");
  const Program program = compile(job.graph, job.plan);
  std::vector<uint8_t> memory = buildImage(program, job.graph, job.inputs);
  const Seconds emulator = bestOf(runs, [&] {
    for (const Placement& placement : program.placements)
      if (job.graph.tensors[placement.tensor].role == TensorRole::Input)
        packTensor(placement, job.inputs[placement.tensor], memory);
    const EmulationResult result = runProgram(job.plan, program, memory);
    if (!result.ok()) throw std::runtime_error("emulator: " + result.message);
    for (const Placement& placement : program.placements)
      if (job.graph.tensors[placement.tensor].role == TensorRole::Output)
        static_cast<void>(
            unpackTensor(placement, job.graph.tensors[placement.tensor], memory));
  });
  figures.add({"emulator, hazards proved anew for each", 1 / emulator.wall, "1/s", atLeast(5)});
}

void measureTokenizer(const Settings& settings, Figures& figures) {
  const std::string trained = "build/models/minilm/vocab.txt";
  const bool whole = std::filesystem::exists(trained);
  TokenizerOptions options;
  options.maxTokens = ~0U;
  const Tokenizer tokenizer =
      Tokenizer::fromFile(whole ? trained : "tests/tokenizer/small/vocab.txt", options);
  const FileBytes text = readWhole("configs/calibration/english.txt", 1 << 24);
  figures.section(fmt::format("text of {} bytes, vocabulary of {} pieces", text.size,
                              tokenizer.size()));
  std::size_t tokens = 0;
  const Seconds encoding =
      bestOf(settings.runs, [&] { tokens = tokenizer.encode(text.text()).size(); });
  figures.add({"tokenizer, tokens", static_cast<double>(tokens) / encoding.wall, "1/s",
               atLeast(200'000)});
}

}  // namespace intformer::bench
