#include <fmt/format.h>

#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"
#include "tests/graph/random_pattern.hpp"

using namespace intformer;
using namespace intformer::compiler;
using namespace intformer::test;
using model::Random;

TEST_CASE("patterns of attention run to the golden bits on any device and in any schedule") {
  constexpr uint64_t kSeeds = 400;
  uint64_t refused = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    Random random(seed + 5000);
    const Graph graph = randomPattern({.most = seed % 5 == 0 ? 150U : 50U, .mostWidth = 30}, random);
    const Plan plan = randomPlan(random);
    GraphShape shape;
    shape.rows = graph.tensors[0].rows;
    CompileOptions options = randomOptions(shape, random);
    options.search = seed % 8 == 0;
    INFO(fmt::format("seed {}: dim {}, {} words, {} acc rows", seed, plan.dim, plan.scratchWords,
                     plan.accRows));
    try {
      const Program program = compile(graph, plan, options);
      CHECK(runAndCompare(graph, plan, program, randomInputs(graph, random)) == "");
    } catch (const CompileError& error) {
      UNSCOPED_INFO(error.what());
      ++refused;
    }
  }
  CHECK(refused < kSeeds / 4);
}

TEST_CASE("layers of patterns wait for all keys that are loaded together") {
  for (const std::string config : {"tiny4", "base16", "wide32"})
    for (const uint32_t width : {24U, 64U, 128U})
      for (const uint32_t rows : {70U, 200U})
        for (const model::AttentionPattern& pattern :
             {model::AttentionPattern{.kind = model::PatternKind::Strided, .stride = 2},
              model::AttentionPattern{.kind = model::PatternKind::Strided, .stride = 3},
              model::AttentionPattern{.kind = model::PatternKind::Sliding, .window = 30,
                                      .dilation = 2},
              model::AttentionPattern{.kind = model::PatternKind::Sliding, .window = 30},
              model::AttentionPattern{.kind = model::PatternKind::Causal}}) {
          if (config == "tiny4" && width > 64) continue;
          INFO(fmt::format("{}, width {}, {} rows, {}", config, width, rows,
                           model::kPatternNames[std::size_t(pattern.kind)]));
          model::ModelSpec spec;
          spec.name = "pattern";
          spec.width = width;
          spec.heads = 2;
          spec.ffn = 8;
          spec.layers = 2;
          spec.norm = false;
          spec.pattern = pattern;
          const Graph graph = model::buildModel(spec, 2, {rows}, 1);
          const Plan plan = configPlan(config);
          const TensorValues inputs = model::seededInputs(graph, 1);
          CHECK(runAndCompare(graph, plan, compile(graph, plan, {.search = false}), inputs) == "");
        }
}
