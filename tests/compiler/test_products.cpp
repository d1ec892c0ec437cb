#include <fmt/format.h>

#include "sw/graph/lengths.hpp"
#include "sw/model/bert.hpp"
#include "sw/perf/estimate.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"
#include "tests/graph/random_product.hpp"

using namespace intformer;
using namespace intformer::compiler;
using namespace intformer::test;
using model::Random;

TEST_CASE("products run to the golden bits on any device and in any schedule") {
  constexpr uint64_t kSeeds = 300;
  uint64_t refused = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    Random random(seed + 7000);
    const Graph graph = randomProducts(seed % 5 == 0 ? 150U : 50U, random);
    const Plan plan = randomPlan(random);
    GraphShape shape;
    shape.rows = graph.tensors[0].rows;
    CompileOptions options = randomOptions(shape, random);
    options.search = seed % 8 == 0;
    options.sharedConstants = seed % 7 == 0;
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

TEST_CASE("a large product keeps the array busy, with a left operand that stays and one that passes") {
  const Plan plan = configPlan("base16");
  for (const uint32_t depth : {768U, 4096U, 16384U})
    for (const bool transposed : {false, true}) {
      Graph graph;
      graph.name = "product";
      Product op;
      op.name = "product";
      op.rightTransposed = transposed;
      op.left = graph.addTensor({"left", ElementType::Int8, 256, depth, TensorRole::Input, 0});
      op.right = graph.addTensor({"right", ElementType::Int8, transposed ? 512 : depth,
                                  transposed ? depth : 512, TensorRole::Input, 0});
      op.output = graph.addTensor({"out", ElementType::Int8, 256, 512, TensorRole::Output, 0});
      op.epilogue = {std::vector<Scale>(512, kIdentityScale), std::vector<int8_t>(512)};
      graph.operators.emplace_back(op);
      const Program program = compile(graph, plan);
      const perf::Run run = perf::estimate(program.commands, program.programAddress, plan);
      const double ideal = static_cast<double>(macs(graph, graph.operators[0])) / 256;
      INFO(fmt::format("depth {}{}: {} cycles, {:.1f} %", depth, transposed ? " transposed" : "",
                       run.cycles, 100 * ideal / static_cast<double>(run.cycles)));
      CHECK(ideal / static_cast<double>(run.cycles) > 0.9);
    }
}

TEST_CASE("low-rank models run to the golden bits on every config") {
  for (const std::string config : {"tiny4", "edge8", "base16", "wide32"})
    for (const std::string name : {"linformer-tiny", "perceiver-tiny", "compressive-tiny"})
      for (const uint32_t seq : {5U, 33U, 130U}) {
        INFO(fmt::format("{} on {}, {} rows", name, config, seq));
        const model::ModelSpec spec =
            model::loadModelSpec("configs/models/" + name + ".toml").spec.value();
        const Graph graph = model::buildModel(spec, spec.layers, {seq}, 7);
        const Plan plan = configPlan(config);
        CHECK(runAndCompare(graph, plan, compile(graph, plan), model::seededInputs(graph, 7)) == "");
      }
}

TEST_CASE("a graph with a product has no other length") {
  Random random(3);
  const Graph graph = randomProducts(20, random);
  CHECK_THROWS_AS(withLengths(graph, std::vector<uint32_t>{5, 5}), std::invalid_argument);
}
