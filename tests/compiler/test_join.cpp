// Programs for several lengths that share a memory, and its constants.
#include "sw/compiler/join.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/model/bert.hpp"
#include "sw/perf/estimate.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::model;
using intformer::compiler::compile;

namespace {

using Lengths = std::vector<uint32_t>;

Graph oddGraph(const Lengths& lengths) {
  const ModelSpec spec = loadModelSpec("configs/models/odd.toml").spec.value();
  return withLengths(buildBertEncoder(spec, 2, 9, 3), lengths);
}

uint64_t cyclesOf(const Program& program, const Plan& plan) {
  return perf::estimate(program.commands, program.programAddress, plan).cycles;
}

}  // namespace

TEST_CASE("programs for several lengths share their constants and give golden's values") {
  for (const std::string config : {"tiny4", "base16"}) {
    const Plan plan = configPlan(config);
    const std::vector<Lengths> all = {{9}, {1}, {40}, {5, 12}};
    std::vector<Program> programs;
    std::vector<uint64_t> cycles;
    for (const Lengths& lengths : all) {
      compiler::CompileOptions options{.sharedConstants = true};
      options.contents = programs.empty();
      programs.push_back(compile(oddGraph(lengths), plan, options));
      cycles.push_back(cyclesOf(programs.back(), plan));
    }
    compiler::joinPrograms(programs);
    uint64_t end = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      INFO(config << ", program " << i);
      Program& program = programs[i];
      CHECK(program.programAddress % 4096 == 0);
      CHECK(program.programAddress >= end);
      end = program.programAddress + program.commands.size() * kCommandBytes;
      CHECK(program.constantsAddress >= end);
      CHECK(program.constantsAddress == programs[0].constantsAddress);
      CHECK(program.readOnlyEnd == programs[0].readOnlyEnd);
      CHECK(program.memoryBytes == programs[0].memoryBytes);
      CHECK(cyclesOf(program, plan) == cycles[i]);
      if (i != 0) {
        CHECK(program.constants.empty());
        program.constants = programs[0].constants;
      }
      const Graph graph = oddGraph(all[i]);
      CHECK(runAndCompare(graph, plan, program, seededInputs(graph, 5)) == "");
    }
  }
}

TEST_CASE("constants lie in the graph's order, whatever the schedule") {
  const Plan plan = configPlan("tiny4");
  const Graph graph = oddGraph({20});
  std::vector<std::vector<MemorySegment>> constants;
  for (const uint32_t columnTiles : {1U, 3U})
    for (const uint32_t depthPanels : {1U, 0U}) {
      const Program program = compile(graph, plan,
                                      {.columnTiles = columnTiles, .depthPanels = depthPanels,
                                       .search = false, .sharedConstants = true});
      CHECK(runAndCompare(graph, plan, program, seededInputs(graph, 5)) == "");
      constants.push_back(program.constants);
      for (MemorySegment& segment : constants.back()) segment.address -= program.constantsAddress;
    }
  for (const auto& other : constants) {
    REQUIRE(other.size() == constants[0].size());
    for (std::size_t i = 0; i < other.size(); ++i) {
      CHECK(other[i].address == constants[0][i].address);
      CHECK((other[i].bytes == constants[0][i].bytes));
    }
  }
}

TEST_CASE("programs of different models do not share a memory") {
  const Plan plan = configPlan("tiny4");
  const ModelSpec tiny = loadModelSpec("configs/models/tiny.toml").spec.value();
  std::vector<Program> programs = {
      compile(oddGraph({9}), plan, {.sharedConstants = true}),
      compile(buildBertEncoder(tiny, 1, 9, 3), plan, {.sharedConstants = true})};
  CHECK_THROWS_AS(compiler::joinPrograms(programs), std::invalid_argument);
}
