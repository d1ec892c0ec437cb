// What the compiler weighs before it takes a tiling.

#include <fmt/format.h>

#include <algorithm>

#include "sw/compiler/bound.hpp"
#include "sw/compiler/outline.hpp"
#include "sw/model/bert.hpp"
#include "sw/perf/estimate.hpp"
#include "sw/perf/memory_presets.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"
#include "tests/root_mean_square.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::compiler;
using namespace intformer::model;

namespace {

Graph encoder(const std::string& name, uint32_t layers, const std::vector<uint32_t>& lengths,
              EncoderInput input = EncoderInput::Activations) {
  const ModelSpec spec = loadModelSpec("configs/models/" + name + ".toml").spec.value();
  return buildBertEncoder(spec, layers, lengths, 3, input, Integers::Left);
}

uint64_t cyclesOf(const Program& program, const Plan& plan) {
  return perf::estimate(program.commands, program.programAddress, plan).cycles;
}

}  // namespace

TEST_CASE("the choice taken is the cheapest, and every cost is that of compiling so") {
  struct Work {
    const char* config;
    const char* model;
    std::vector<uint32_t> lengths;
  };
  for (const Work& work : {Work{"tiny4", "odd", {128}}, Work{"edge8", "padded", {50}},
                           Work{"base16", "minilm-shape", {16}}, Work{"wide32", "odd", {77, 30, 9}}}) {
    INFO(work.config << " " << work.model);
    const Graph graph = encoder(work.model, 1, work.lengths);
    const Plan plan = configPlan(work.config);
    Decision decision;
    const Program program = compile(graph, plan, {.contents = false}, &decision);
    CHECK(decision.operators == graph.operators.size());
    REQUIRE(decision.choices.size() >= 2);
    CHECK(cyclesOf(program, plan) == decision.choices[0].cycles);
    for (const Choice& choice : decision.choices) {
      CHECK(choice.cycles >= decision.choices[0].cycles);
      CHECK(cyclesOf(compileSchedule(graph, plan, choice.schedule, {.contents = false}), plan) ==
            choice.cycles);
    }
  }
}

TEST_CASE("no schedule takes fewer cycles than the bound says") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    const GraphShape shape = randomShape(random);
    const Graph graph = randomGraph(shape, random);
    const Plan plan = randomPlan(random);
    INFO("seed " << seed);
    try {
      const Program program = compile(graph, plan, {.search = false});
      const MemoryLayout layout = layOutTensors(graph, plan.dim, true);
      CHECK(cyclesOf(program, plan) >= leastCycles(graph, plan, layout));
      const auto presets = perf::memoryPresets();
      const perf::MemoryTiming dram = perf::memoryTiming(presets[seed % presets.size()], 200);
      CHECK(perf::estimate(program.commands, program.programAddress, plan, dram).cycles >=
            leastCycles(graph, plan, layout, dram));
    } catch (const CompileError&) {
    }
  }
}

TEST_CASE("RMSNorms take the cycles of LayerNorms") {
  const Plan plan = configPlan("base16");
  Graph graph = encoder("tiny", 1, {40});
  const uint64_t cycles = cyclesOf(compile(graph, plan, {.contents = false}), plan);
  useRootMeanSquare(graph);
  CHECK(cyclesOf(compile(graph, plan, {.contents = false}), plan) == cycles);
}

TEST_CASE("a schedule near the bound is taken without weighing others") {
  const Plan plan = configPlan("base16");
  const Graph graph = encoder("bert-base", 1, {128});
  Decision decision;
  compile(graph, plan, {.contents = false}, &decision);
  REQUIRE(decision.choices.size() == 1);
  const uint64_t least = leastCycles(graph, plan, layOutTensors(graph, plan.dim, true));
  CHECK(least == 128 / 16 * (4 * 768 * 768 + 2 * 768 * 3072 + 2 * 128 * 768) / 16);
  CHECK(decision.choices[0].cycles <= least + least / 200);
}

TEST_CASE("behind DRAM of few pins a program reads less") {
  const perf::MemoryTiming memory = perf::memoryTiming(*perf::findMemoryPreset("sdram"), 0);
  const Graph graph = encoder("bert-base", 1, {128});
  const Plan plan = configPlan("base16");
  Decision decision;
  const Program usual = compile(graph, plan, {.contents = false});
  compile(graph, plan, {.memory = memory, .contents = false}, &decision);
  const uint64_t cycles =
      perf::estimate(usual.commands, usual.programAddress, plan, memory).cycles;
  CHECK(decision.choices[0].cycles < cycles * 6 / 10);
  // Near what the array alone takes.
  CHECK(decision.choices[0].cycles <
        leastCycles(graph, plan, layOutTensors(graph, plan.dim, true), memory) * 5 / 4);
}

TEST_CASE("a program is compiled for the memory that it will meet") {
  uint64_t near = 0, slow = 0;  // cycles, behind a slow memory
  const perf::MemoryTiming memory{.latency = 400};
  for (const std::string config : {"tiny4", "edge8", "base16"}) {
    const Graph graph = encoder("odd", 1, {40});
    const Plan plan = configPlan(config);
    Decision decision;
    const Program usual = compile(graph, plan, {.contents = false});
    const Program own = compile(graph, plan, {.memory = memory, .contents = false}, &decision);
    const auto cycles = [&](const Program& program) {
      return perf::estimate(program.commands, program.programAddress, plan, memory).cycles;
    };
    CHECK(cycles(own) == decision.choices[0].cycles);
    near += cycles(usual);
    slow += cycles(own);
  }
  INFO(near << " and " << slow);
  CHECK(slow < near);
}

TEST_CASE("a model that repeats a layer is judged by its first repetitions") {
  const Graph graph = encoder("tiny-tokens", 2, {12}, EncoderInput::Tokens);
  const std::size_t layer = (graph.operators.size() - 2) / 2;  // two make the embedding
  const std::size_t two = graph.operators.size();
  CHECK(representativeOperators(graph, 2) == two);
  Graph tall = graph;
  for (int repetition = 0; repetition < 3; ++repetition)
    for (std::size_t i = two - layer; i < two; ++i) tall.operators.push_back(graph.operators[i]);
  CHECK(representativeOperators(tall, 1) == two - layer);
  CHECK(representativeOperators(tall, 2) == two);
  std::swap(tall.operators[two], tall.operators[two + layer - 1]);  // another order: no repetition
  CHECK(representativeOperators(tall, 2) == tall.operators.size());
}

TEST_CASE("all layers are compiled as the judged ones were") {
  const Plan plan = configPlan("base16");
  Decision part, whole;
  const Program few = compile(encoder("minilm-shape", 2, {16}), plan, {.contents = false}, &part);
  const Program all = compile(encoder("minilm-shape", 5, {16}), plan, {.contents = false}, &whole);
  REQUIRE(part.choices.size() == whole.choices.size());
  CHECK(whole.operators == part.operators);
  for (std::size_t i = 0; i < part.choices.size(); ++i)
    CHECK(part.choices[i].cycles == whole.choices[i].cycles);
  CHECK(cyclesOf(few, plan) == part.choices[0].cycles);
  CHECK(cyclesOf(all, plan) > 2 * cyclesOf(few, plan));
}

TEST_CASE("a graph without integers compiles to the program of the drawn one") {
  const ModelSpec spec = loadModelSpec("configs/models/tiny-tokens.toml").spec.value();
  const Plan plan = configPlan("edge8");
  const auto build = [&](Integers integers) {
    return buildBertEncoder(spec, 2, std::vector{9U, 5U}, 3, EncoderInput::Tokens, integers);
  };
  const Graph drawn = build(Integers::Drawn);
  const Graph left = build(Integers::Left);
  const Program a = compile(drawn, plan);
  const Program b = compile(left, plan, {.contents = false});
  CHECK(cyclesOf(a, plan) == cyclesOf(b, plan));
  REQUIRE(a.commands.size() == b.commands.size());
  for (std::size_t i = 0; i < a.commands.size(); ++i)
    CHECK(a.commands[i].opcode() == b.commands[i].opcode());
  CHECK(a.memoryBytes == b.memoryBytes);
  CHECK(b.constants.empty());
  CHECK_THROWS_AS(compile(left, plan), std::invalid_argument);  // its weights are missed
}

TEST_CASE("without a search, a schedule is found that fits the whole") {
  // The first schedule that fits one layer keeps more row statistics over three than there are.
  const ModelSpec spec = loadModelSpec("configs/models/odd.toml").spec.value();
  const Graph graph = buildBertEncoder(spec, 3, std::vector{29U, 36U}, 1);
  const Plan plan = configPlan("tiny4", {"scratchpad.bytes=4096", "accumulator.bytes=512",
                                         "vector.stat_rows=16"});
  Decision decision;
  const Program program =
      compile(graph, plan, {.storeAttentionWeights = false, .search = false}, &decision);
  CHECK(decision.choices.size() > 1);  // it was searched after all
  CHECK(runAndCompare(graph, plan, program, seededInputs(graph, 1)) == "");
  Decision quick;
  compile(graph, configPlan("tiny4"), {.search = false}, &quick);
  REQUIRE(quick.choices.size() == 1);
  CHECK(quick.choices[0].cycles == 0);  // nor measured
}
