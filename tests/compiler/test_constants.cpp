// Tensors whose values are the graph's own.
#include "sw/compiler/join.hpp"
#include "sw/golden/golden.hpp"
#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"
#include "tests/graph/constants.hpp"
#include "tests/graph/random_pattern.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::compiler;
using model::Random;

namespace {

/// Constants in place of some inputs: the same values, from golden and from the emulated device, with
/// constants between what is read only and everything else.
void check(const Graph& given, uint64_t seed, uint32_t& made, uint32_t& refused) {
  Random random(seed);
  Graph graph = given;
  TensorValues inputs = randomInputs(graph, random);
  const TensorValues wanted = golden::runGolden(given, inputs, Family::Pwl);
  made += makeConstants(graph, inputs, random);
  CHECK(golden::runGolden(graph, inputs, Family::Pwl) == wanted);
  const Plan plan = randomPlan(random);
  GraphShape shape;
  shape.rows = graph.tensors[0].rows;
  CompileOptions options = randomOptions(shape, random);
  options.search = seed % 6 == 0;
  options.sharedConstants = seed % 5 == 0;
  try {
    const Program program = compile(graph, plan, options);
    CHECK(runAndCompare(graph, plan, program, inputs) == "");
    for (const Placement& placement : program.placements) {
      const bool constant = graph.tensors[placement.tensor].role == TensorRole::Constant;
      CHECK((placement.address + placement.bytes() <= program.readOnlyEnd) == constant);
      CHECK((placement.address >= program.readOnlyEnd) != constant);
      CHECK(placement.address >= program.constantsAddress);
    }
  } catch (const CompileError&) {
    ++refused;
  }
}

}  // namespace

TEST_CASE("constants in place of inputs change no value on any device") {
  constexpr uint32_t kSeeds = 120;
  uint32_t made = 0, refused = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    INFO("seed " << seed);
    Random random(seed + 900);
    const GraphShape shape = randomShape(random);
    check(randomGraph(shape, random), seed, made, refused);
    check(randomPattern({.most = 50, .mostWidth = 24}, random), seed + 500, made, refused);
  }
  CHECK(made > 2 * kSeeds);
  CHECK(refused < kSeeds / 2);
}

TEST_CASE("programs that share their constants share the graph's, too") {
  Random random(4);
  GraphShape shape;
  shape.rows = 23;
  Graph graph = randomGraph(shape, random);
  TensorValues inputs = randomInputs(graph, random);
  while (makeConstants(graph, inputs, random) == 0) {
  }
  const Plan plan = configPlan("tiny4");
  std::vector<Program> programs;
  for (const uint32_t block : {8U, 4U})
    programs.push_back(compile(graph, plan, {.rowBlock = block, .sharedConstants = true}));
  joinPrograms(programs);
  programs[1].constants = programs[0].constants;
  for (const Program& program : programs) CHECK(runAndCompare(graph, plan, program, inputs) == "");
}

TEST_CASE("constants stay with what is read only where tensors move") {
  Random random(4);
  Graph graph = randomPattern({}, random);
  TensorValues inputs = randomInputs(graph, random);
  while (makeConstants(graph, inputs, random) == 0) {
  }
  const Plan plan = configPlan("tiny4");
  Program program = compile(graph, plan);
  constexpr uint64_t kPage = 4096;
  moveParts(program, 0, kPage);
  program.readOnlyEnd += kPage;
  program.memoryBytes += kPage;
  CHECK(runAndCompare(graph, plan, program, inputs) == "");
}

TEST_CASE("a graph whose constants have no values yet has the same program") {
  Random random(8);
  Graph graph = randomPattern({}, random);
  TensorValues inputs = randomInputs(graph, random);
  while (makeConstants(graph, inputs, random) == 0) {
  }
  const Plan plan = configPlan("tiny4");
  const Program whole = compile(graph, plan);
  graph.constants.clear();
  CHECK_THROWS_AS(compile(graph, plan), GraphError);
  const Program left = compile(graph, plan, {.contents = false});
  CHECK(left.commands == whole.commands);
  CHECK(left.memoryBytes == whole.memoryBytes);
  CHECK(left.constants.empty());
}
