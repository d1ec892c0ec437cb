#include <fmt/format.h>

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
