// Whole models, from token ids to last hidden states, alone and in batches.
#include <fmt/format.h>

#include "tests/catch.hpp"
#include "tests/system/support.hpp"

using namespace intformer;
using namespace intformer::system_test;
using namespace intformer::model;

namespace {

void wholeModels(const std::string& config) {
  Device device(config);
  ModelSpec spec = smallEncoder(device.plan.dim);
  spec.vocabulary = 70'000;  // row numbers of more than 16 bits
  spec.positions = 100;
  spec.types = 2;
  uint64_t seed = 1;
  for (const std::vector<uint32_t>& lengths :
       {std::vector<uint32_t>{5, 1, 16}, {1}, {33}, {7, 70, 2}}) {
    Workload work;
    work.graph = buildBertEncoder(spec, 2, lengths, seed, EncoderInput::Tokens);
    work.inputs = seededInputs(work.graph, seed);
    work.golden = golden::runGolden(work.graph, work.inputs, device.plan.family);
    const Program program = compiler::compile(work.graph, device.plan);
    const std::vector<uint8_t> image = buildImage(program, work.graph, work.inputs);
    tb::Scoreboard scoreboard(program, work.graph, work.golden);

    std::vector<uint8_t> memory = image;
    const emulator::EmulationResult emulated = emulator::runProgram(device.plan, program, memory);
    INFO(emulated.message << ", seed " << seed);
    REQUIRE(emulated.ok());
    REQUIRE(scoreboard.compare(memory, false).mismatches == 0);

    const tb::RtlCheck check = checkOnDevice(device.sim, device.plan, program, scoreboard, image,
                                             tb::memoryTiming(60, seed % 2 == 0 ? 0.2 : 0, seed));
    INFO(check.run.text());
    INFO((check.comparison.first ? check.comparison.first->text() : "no value differs"));
    REQUIRE(check.equal());
    REQUIRE(check.comparison.tensors == work.graph.tensors.size() - 2);  // all but the lists
    ++seed;
  }
}

}  // namespace

TEST_CASE("whole models in batches are equal on tiny4", "[tiny4]") { wholeModels("tiny4"); }
TEST_CASE("whole models in batches are equal on edge8", "[edge8]") { wholeModels("edge8"); }
TEST_CASE("whole models in batches are equal on base16", "[base16]") { wholeModels("base16"); }
TEST_CASE("whole models in batches are equal on wide32", "[wide32]") { wholeModels("wide32"); }
