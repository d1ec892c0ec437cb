#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sw/compiler/listing.hpp"
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

Graph bert(const std::string& name, uint32_t seq) {
  const ModelSpec spec = loadModelSpec("configs/models/" + name + ".toml").spec.value();
  return buildBertEncoder(spec, 1, seq, 3);
}

Queue queueOf(const Command& command) {
  return findOpcode(command.opcode())->queue.value();
}

}  // namespace

TEST_CASE("every token that is waited for was given before, and every one given is taken") {
  const Program program = compile(bert("tiny", 77), configPlan("tiny4"));
  std::map<std::pair<Queue, Queue>, int> tokens;
  for (const Command& command : program.commands) {
    if (command.opcode() == Opcode::End) {
      CHECK(command.get(Field::Wait) == 0);
      continue;
    }
    const Queue own = queueOf(command);
    CHECK_FALSE(command.waitsFor(own));
    CHECK_FALSE(command.signals(own));
    for (std::size_t q = 0; q < kQueueCount; ++q) {
      const auto other = static_cast<Queue>(q);
      if (command.waitsFor(other)) {
        CHECK(tokens[std::pair(other, own)]-- > 0);
      }
      if (command.signals(other)) ++tokens[std::pair(own, other)];
    }
  }
  for (const auto& [pair, left] : tokens) CHECK(left == 0);
}

TEST_CASE("the memory map keeps program, constants and tensors apart") {
  for (const std::string config : {"tiny4", "wide32"}) {
    const Graph graph = bert("odd", 21);
    const Plan plan = configPlan(config);
    const Program program = compile(graph, plan);
    std::vector<std::pair<uint64_t, uint64_t>> places = {
        {program.programAddress, program.programAddress + program.commands.size() * kCommandBytes}};
    for (const MemorySegment& segment : program.constants)
      places.emplace_back(segment.address, segment.address + segment.bytes.size());
    for (const auto& [begin, end] : places) CHECK(end <= program.readOnlyEnd);
    for (const Placement& placement : program.placements) {
      CHECK(placement.address >= program.readOnlyEnd);
      CHECK(placement.address % 64 == 0);
      places.emplace_back(placement.address, placement.address + placement.bytes());
    }
    std::sort(places.begin(), places.end());
    for (std::size_t i = 1; i < places.size(); ++i) CHECK(places[i - 1].second <= places[i].first);
    CHECK(places.back().second <= program.memoryBytes);
    CHECK(program.programAddress % 64 == 0);
    CHECK(program.readOnlyEnd % 4096 == 0);
    CHECK(program.placements.size() == graph.tensors.size());
  }
}

TEST_CASE("transfers stay in their windows, on words") {
  const Plan plan = configPlan("edge8");
  const Program program = compile(bert("odd", 33), plan);
  for (const Command& command : program.commands) {
    if (command.opcode() != Opcode::Load && command.opcode() != Opcode::Store) continue;
    const uint64_t address = command.at(Field::MemoryAddr);
    const uint64_t end =
        address + static_cast<uint64_t>((command.get(Field::Chunks) - 1) *
                                            command.get(Field::MemoryStride) +
                                        command.get(Field::ChunkWords) * plan.dim);
    CHECK(address % plan.dim == 0);
    CHECK(command.get(Field::MemoryStride) % plan.dim == 0);
    CHECK(end <= program.memoryBytes);
    if (command.opcode() == Opcode::Store) CHECK(address >= program.readOnlyEnd);
    const int64_t lastWord = command.get(Field::ScratchAddr) +
                             (command.get(Field::Chunks) - 1) * command.get(Field::ScratchStride) +
                             command.get(Field::ChunkWords);
    CHECK(lastWord <= plan.scratchWords);
  }
}

TEST_CASE("each command belongs to one operator, and the program ends with end") {
  const Graph graph = bert("tiny", 16);
  const Program program = compile(graph, configPlan("base16"));
  REQUIRE(program.operators.size() == graph.operators.size());
  std::vector<int> owners(program.commands.size());
  for (const OperatorTrace& op : program.operators) {
    CHECK(std::is_sorted(op.commands.begin(), op.commands.end()));
    CHECK_FALSE(op.commands.empty());
    for (const uint32_t command : op.commands) ++owners[command];
  }
  CHECK(program.commands.back().opcode() == Opcode::End);
  owners.back() += 1;
  CHECK(std::all_of(owners.begin(), owners.end(), [](int count) { return count == 1; }));
}

TEST_CASE("the same graph compiles to the same program") {
  const Graph graph = bert("odd", 40);
  const Plan plan = configPlan("base16");
  const Program a = compile(graph, plan);
  const Program b = compile(graph, plan);
  CHECK(a.commands == b.commands);
  CHECK(buildImage(a, graph, {}) == buildImage(b, graph, {}));
}

TEST_CASE("attention weights are stored only when asked for") {
  const Graph graph = bert("tiny", 16);
  const Plan plan = configPlan("base16");
  const Program program = compile(graph, plan, {.storeAttentionWeights = false});
  for (const Placement& placement : program.placements)
    CHECK(graph.tensors[placement.tensor].type != ElementType::Uint8);
  CHECK(runAndCompare(graph, plan, program, seededInputs(graph, 3)) == "");
}

TEST_CASE("a BERT-Base layer keeps the reference array busy, by the performance model") {
  const Graph graph = bert("bert-base", 128);
  const Plan plan = configPlan("base16");
  const Program program = compile(graph, plan);
  uint64_t total = 0;
  for (const OperatorTrace& op : program.operators) total += op.macs;
  const uint64_t cycles = perf::estimate(program.commands, program.programAddress, plan).cycles;
  const double utilization = static_cast<double>(total) /
                             (static_cast<double>(cycles) * plan.dim * plan.dim);
  CHECK(utilization > 0.97);
  CHECK(utilization < 1.0);
}

TEST_CASE("tensors are laid out in panels, groups padded apart") {
  const Placement placement{.tensor = 0, .address = 128, .rows = 3, .panels = 4, .groupCols = 6,
                            .groupStride = 8, .dim = 4, .type = ElementType::Int16};
  // Column 7 is column 1 of group 1: padded column 9, panel 2, channel 1.
  CHECK(placement.addressOf(2, 7) == 128 + ((2 * 3 + 2) * 4 + 1) * 2);
  Tensor tensor(ElementType::Int16, 3, 12);
  for (std::size_t i = 0; i < tensor.data.size(); ++i)
    tensor.data[i] = static_cast<int16_t>(1000 - 77 * static_cast<int>(i));
  std::vector<uint8_t> memory(128 + placement.bytes(), 0xee);
  packTensor(placement, tensor, memory);
  CHECK(memory[128 + ((1 * 3 + 0) * 4 + 2) * 2] == 0);  // padding column 6
  CHECK(memory[127] == 0xee);
  const TensorInfo info{"t", ElementType::Int16, 3, 12, TensorRole::Input, 6};
  CHECK(unpackTensor(placement, info, memory) == tensor);
  memory.pop_back();
  CHECK_THROWS_AS(unpackTensor(placement, info, memory), std::out_of_range);
}

TEST_CASE("the listing has a line per command, with its operator") {
  const Graph graph = bert("tiny", 5);
  const Program program = compile(graph, configPlan("base16"));
  const std::string text = compiler::listProgram(program);
  CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) ==
        program.commands.size());
  CHECK_THAT(text, containsText("row_scalar_layer_norm"));
  CHECK_THAT(text, containsText("# layer0.ffn.hidden"));
  CHECK_THAT(compiler::programMapJson(program, graph.tensors),
             containsText("\"layer0.attention.query\""));
}
