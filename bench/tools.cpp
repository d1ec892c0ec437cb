// The compiler and the performance model on a whole model; tokens of text per second.

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "bench/measure.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/files/files.hpp"
#include "sw/report/estimate.hpp"
#include "sw/tokenizer/tokenizer.hpp"

namespace intformer::bench {

void measureCompiler(const Settings& settings, Figures& figures) {
  figures.section("tools on all layers of " + std::filesystem::path(settings.model).stem().string());
  const int runs = settings.quick ? 1 : settings.runs;
  figures.measuring("drawing the model");
  std::optional<Job> job;
  const Seconds draw =
      bestOf(runs, [&] { job = prepareWhole(settings.config, settings.model, settings.tokens); });
  figures.add({"drawing the model from its seed", draw.wall, "s", {}});
  figures.measuring("compiler");
  Program program;
  std::vector<uint8_t> image;
  const Seconds lowering =
      bestOf(runs, [&] { program = compiler::compile(job->graph, job->plan); });
  const Seconds packing =
      bestOf(runs, [&] { image = buildImage(program, job->graph, job->inputs); });
  figures.add({"compiler", lowering.wall, "s", {}});
  figures.add({"memory image", packing.wall, "s", {}});
  figures.add({"intformer compile: model, program and image",
               draw.wall + lowering.wall + packing.wall, "s", settings.goal(atMost(2))});
  figures.add({"the same, processor time", draw.cpu + lowering.cpu + packing.cpu, "s", {}});
  if (!settings.quick) {  // the search at its longest: many commands, and a slow port
    figures.measuring("compiler on tiny4");
    const Job tall = prepare("configs/tiny4.toml", {}, "configs/models/bert-base.toml", 1, {512},
                             true);
    const Seconds search =
        bestOf(1, [&] { static_cast<void>(compiler::compile(tall.graph, tall.plan)); });
    figures.add({"compiler, BERT-Base layer of 512 tokens on tiny4", search.wall, "s", {}});
  }
  figures.measuring("performance model");
  const Seconds estimate =
      bestOf(runs, [&] { static_cast<void>(report::estimateReport(program, job->plan, {}, image)); });
  figures.add({"performance model", estimate.wall, "s", {}});
}

void measureTokenizer(const Settings& settings, Figures& figures) {
  const std::string trained = "build/models/minilm/vocab.txt";
  const bool whole = std::filesystem::exists(trained);
  tokenizer::TokenizerOptions options;
  options.maxTokens = ~0U;
  const tokenizer::Tokenizer tokenizer =
      tokenizer::Tokenizer::fromFile(whole ? trained : "tests/tokenizer/small/vocab.txt", options);
  const files::FileBytes text = files::readWhole("configs/calibration/english.txt", 1 << 24);
  figures.section(fmt::format("text of {} bytes, vocabulary of {} pieces", text.size,
                              tokenizer.size()));
  std::size_t tokens = 0;
  const Seconds encoding =
      bestOf(settings.runs, [&] { tokens = tokenizer.encode(text.text()).size(); });
  figures.add({"tokenizer, tokens", static_cast<double>(tokens) / encoding.wall, "1/s",
               atLeast(200'000)});
}

}  // namespace intformer::bench
