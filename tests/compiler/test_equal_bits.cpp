#include <fmt/format.h>

#include "sw/model/bert.hpp"
#include "tests/catch.hpp"
#include "tests/compiler/random_graph.hpp"
#include "tests/compiler/support.hpp"
#include "tests/root_mean_square.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::compiler;
using namespace intformer::model;

namespace {

ModelSpec specOf(const std::string& name) {
  return loadModelSpec("configs/models/" + name + ".toml").spec.value();
}

/// Memory of all tensors after the emulated run, element by element: independent of placement.
std::string differenceOf(const Graph& graph, const Plan& plan, const CompileOptions& options,
                         const TensorValues& inputs) {
  return runAndCompare(graph, plan, compile(graph, plan, options), inputs);
}

}  // namespace

TEST_CASE("small encoders on every config and length equal the golden model") {
  for (const std::string config : {"tiny4", "edge8", "base16", "wide32"})
    for (const std::string name : {"tiny", "odd", "padded"})
      for (const uint32_t seq : {1U, 5U, 16U, 77U, 128U}) {
        const Graph graph = buildBertEncoder(specOf(name), seq <= 16 ? 2 : 1, seq, 7);
        const Plan plan = configPlan(config);
        INFO(fmt::format("{} on {}, {} tokens", name, config, seq));
        CHECK(differenceOf(graph, plan, {}, seededInputs(graph, 7)).empty());
      }
}

TEST_CASE("causal layers on every config, alone and in batches, equal the golden model") {
  for (const std::string config : {"tiny4", "edge8", "base16"})
    for (const std::vector<uint32_t>& lengths :
         {std::vector<uint32_t>{1}, {5}, {23}, {64}, {13, 1, 30}}) {
      const Graph graph = buildModel(specOf("gpt2-tiny"), 2, lengths, 7, EncoderInput::Tokens);
      const Plan plan = configPlan(config);
      INFO(fmt::format("{}, {} sequences, the first of {} tokens", config, lengths.size(),
                       lengths[0]));
      CHECK(differenceOf(graph, plan, {}, seededInputs(graph, 7)) == "");
    }
}

TEST_CASE("random graphs on random devices equal the golden model") {
  constexpr uint64_t kSeeds = 300;
  uint64_t refused = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Random random(seed);
    const GraphShape shape = randomShape(random);
    Graph graph = randomGraph(shape, random);
    if (seed % 3 == 0) useRootMeanSquare(graph);
    const Plan plan = randomPlan(random);
    const TensorValues inputs = randomInputs(graph, random);
    CompileOptions options = randomOptions(shape, random);
    options.search = seed % 6 == 0;
    INFO(fmt::format("seed {}: {} rows, {} heads of {}, ffn {}, dim {}, {} words, {} acc rows",
                     seed, shape.rows, shape.heads, shape.headWidth, shape.ffn, plan.dim,
                     plan.scratchWords, plan.accRows));
    try {
      Decision decision;
      const Program program = compile(graph, plan, options, &decision);
      CHECK(runAndCompare(graph, plan, program, inputs) == "");
      // Nor do the ways that were not taken change a bit.
      if (decision.choices.size() < 2) continue;
      const Choice& other = decision.choices[random.below(decision.choices.size())];
      INFO(fmt::format("{} cycles instead of {}", other.cycles, decision.choices[0].cycles));
      CHECK(runAndCompare(graph, plan, compileSchedule(graph, plan, other.schedule, options), inputs) == "");
    } catch (const CompileError& error) {
      UNSCOPED_INFO(error.what());
      ++refused;
    }
  }
  CHECK(refused < kSeeds / 4);
}

TEST_CASE("different tilings give the same tensors") {
  Random random(11);
  GraphShape shape;
  shape.rows = 61;
  shape.heads = 3;
  shape.headWidth = 12;
  shape.ffn = 100;
  shape.mask = {-9, 4, true, true};
  const Graph graph = randomGraph(shape, random);
  const TensorValues inputs = randomInputs(graph, random);
  const Plan plan = configPlan("edge8");
  std::size_t commands = 0;
  for (const CompileOptions& options :
       {CompileOptions{}, CompileOptions{.rowBlock = 7}, CompileOptions{.attentionRows = 5},
        CompileOptions{.keyChunk = 8}, CompileOptions{.keyChunk = 24, .columnTiles = 3},
        CompileOptions{.rowBlock = 16, .depthPanels = 1},
        CompileOptions{.logits = Logits::Scratchpad},
        CompileOptions{.attentionRows = 5, .keyChunk = 8, .logits = Logits::Scratchpad},
        CompileOptions{.rowBlock = 16, .keyChunk = 40, .logits = Logits::Scratchpad},
        CompileOptions{.keyChunk = 8, .logits = Logits::Twice},
        CompileOptions{.fusion = Fusion::None}, CompileOptions{.fusion = Fusion::Softmax},
        CompileOptions{.keyChunk = 16, .logits = Logits::Twice, .fusion = Fusion::None},
        CompileOptions{.keyChunk = 24, .logits = Logits::Twice, .fusion = Fusion::Softmax}}) {
    const Program program = compile(graph, plan, options);
    CHECK(program.commands.size() != commands);  // it is another program
    commands = program.commands.size();
    CHECK(runAndCompare(graph, plan, program, inputs) == "");
  }
}

TEST_CASE("attention over more keys than the accumulator holds keeps its logits or makes them twice") {
  const auto [logits, kept] = GENERATE(std::pair{Logits::Scratchpad, true},
                                       std::pair{Logits::Twice, false});
  Random random(5);
  GraphShape shape;
  shape.rows = 200;
  shape.heads = 2;
  shape.headWidth = 16;
  shape.mask = {0, 1, false, true};
  const Graph graph = randomGraph(shape, random);
  const TensorValues inputs = randomInputs(graph, random);
  const Plan plan = configPlan("edge8", {"accumulator.bytes=4096"});  // 128 rows
  const Program program = compile(graph, plan, {.logits = logits});
  uint32_t continued = 0, written = 0, read = 0;
  for (const Command& command : program.commands) {
    if (command.opcode() == Opcode::Exp) read += command.flag(Field::In16);
    if (command.opcode() != Opcode::RowMax) continue;
    continued += !command.flag(Field::StatsInit);
    written += command.flag(Field::Out16);
  }
  CHECK(continued > 0);
  CHECK((written > 0) == kept);
  CHECK(read == written);
  CHECK(runAndCompare(graph, plan, program, inputs) == "");
}
