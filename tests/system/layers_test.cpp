#include "tests/catch.hpp"
#include "tests/root_mean_square.hpp"
#include "tests/system/same_values.hpp"

using namespace intformer;
using namespace intformer::system_test;
using namespace intformer::model;
using intformer::compiler::CompileOptions;

namespace {

void layersOfAllLengths(const std::string& config) {
  Device device(config);
  const ModelSpec spec = smallEncoder(device.plan.dim);
  uint64_t seed = 1;
  for (const uint32_t seq : {1u, 5u, 16u, 77u, 128u}) {
    INFO("seq " << seq << ", seed " << seed);
    const Workload work = makeWorkload(spec, 1, seq, device.plan.family, seed);
    requireEqual(device, work, {}, tb::memoryTiming(20 * static_cast<uint32_t>(seed), 0.0, seed));
    ++seed;
  }
}

}  // namespace

TEST_CASE("layers of any length are equal on tiny4", "[tiny4]") { layersOfAllLengths("tiny4"); }
TEST_CASE("layers of any length are equal on edge8", "[edge8]") { layersOfAllLengths("edge8"); }
TEST_CASE("layers of any length are equal on base16", "[base16]") { layersOfAllLengths("base16"); }
TEST_CASE("layers of any length are equal on wide32", "[wide32]") { layersOfAllLengths("wide32"); }

TEST_CASE("two layers with padding tokens are equal under stalls", "[edge8]") {
  Device device("edge8");
  ModelSpec spec = smallEncoder(device.plan.dim);
  spec.validTokens = 11;
  const Workload work = makeWorkload(spec, 2, 21, device.plan.family, 7);
  requireEqual(device, work, {}, tb::memoryTiming(37, 0.3, 7));
}

TEST_CASE("causal layers that normalize first are equal from token ids", "[tiny4]") {
  Device device("tiny4");
  const ModelSpec spec = loadModelSpec("configs/models/gpt2-tiny.toml").spec.value();
  Workload work;
  work.graph = buildModel(spec, 1, {13, 6}, 5, EncoderInput::Tokens);
  work.inputs = seededInputs(work.graph, 5);
  work.golden = golden::runGolden(work.graph, work.inputs, device.plan.family);
  requireEqual(device, work, {}, tb::memoryTiming(15, 0.1, 5));
}

namespace {

/// Two layers with a table each: the second is brought when the first has been used.
void tables(const std::string& config, const std::vector<std::string>& overrides) {
  Device device(config, overrides);
  ModelSpec spec = smallEncoder(device.plan.dim);
  uint32_t kind = 1;
  for (; kind < kActivationNames.size(); ++kind) {
    spec.activation = static_cast<ActivationKind>(kind);
    Workload work = makeWorkload(spec, 2, 19, device.plan.family, kind);
    const uint32_t other = kind % (static_cast<uint32_t>(kActivationNames.size()) - 1) + 1;
    for (Operator& op : work.graph.operators)
      if (auto* linear = std::get_if<Linear>(&op); linear != nullptr && linear->name.starts_with("layer1"))
        if (auto* epilogue = std::get_if<ActivationEpilogue>(&linear->epilogue))
          epilogue->kind = static_cast<ActivationKind>(other);
    work.golden = golden::runGolden(work.graph, work.inputs, device.plan.family);
    requireEqual(device, work, {}, tb::memoryTiming(15, 0.1, kind));
  }
}

}  // namespace

TEST_CASE("activations from tables are equal", "[tiny4]") { tables("tiny4", {}); }
TEST_CASE("activations from tables are equal beside the pwl family's GELU", "[edge8]") {
  tables("edge8", {});
}

TEST_CASE("devices without tables give GELU's bits", "[tiny4]") {
  for (const char* config : {"tiny4", "edge8"}) {
    Device device(config, {"vector.activations=gelu"});
    requireEqual(device, makeWorkload(smallEncoder(device.plan.dim), 1, 19, device.plan.family, 3),
                 {}, tb::memoryTiming(15, 0.1, 3));
  }
}

TEST_CASE("layers with RMSNorms are equal", "[tiny4]") {
  Device device("tiny4");
  Workload work = makeWorkload(smallEncoder(device.plan.dim), 1, 19, device.plan.family, 3);
  test::useRootMeanSquare(work.graph);
  const TensorValues layerNorms = std::move(work.golden);
  work.golden = golden::runGolden(work.graph, work.inputs, device.plan.family);
  REQUIRE(work.golden.back() != layerNorms.back());
  requireEqual(device, work, {}, tb::memoryTiming(15, 0.1, 3));
}

TEST_CASE("dithered attention weights are equal", "[tiny4]") {
  Device device("tiny4");
  ModelSpec spec = smallEncoder(device.plan.dim);
  spec.dither = true;
  const Workload work = makeWorkload(spec, 1, 19, device.plan.family, 8);
  requireEqual(device, work, {}, tb::memoryTiming(10, 0.1, 8));
}

TEST_CASE("tiling and bus latency change no byte", "[base16]") {
  Device device("base16");
  const Workload work =
      makeWorkload(smallEncoder(device.plan.dim), 1, 50, device.plan.family, 9);
  CompileOptions small;
  small.rowBlock = 16;
  small.attentionRows = 16;
  small.keyChunk = 32;
  small.columnTiles = 1;
  small.depthPanels = 2;
  CompileOptions kept = small;
  kept.logits = compiler::Logits::Scratchpad;
  for (const CompileOptions& options : {CompileOptions{}, small, kept})
    for (const uint32_t latency : {1u, 333u})
      requireEqual(device, work, options, tb::memoryTiming(latency, 0.0, 1));
}

TEST_CASE("a BERT-Base layer of 128 tokens is equal and keeps the array busy", "[bert]") {
  const ModelSpecResult spec = loadModelSpec("configs/models/bert-base.toml");
  REQUIRE(spec.spec);
  Device device("base16");
  const Workload work = makeWorkload(*spec.spec, 1, 128, device.plan.family, 1);
  const Program program = compiler::compile(work.graph, device.plan);
  tb::Scoreboard scoreboard(program, work.graph, work.golden);
  const tb::RtlCheck check =
      checkOnDevice(device.sim, device.plan, program, scoreboard,
                    buildImage(program, work.graph, work.inputs), tb::memoryTiming(100));
  INFO(check.run.text());
  INFO((check.comparison.first ? check.comparison.first->text() : "no value differs"));
  REQUIRE(check.equal());
  uint64_t total = 0;
  for (const Operator& op : work.graph.operators) total += macs(work.graph, op);
  const auto cycles = static_cast<double>(check.run.counters[INTFORMER_COUNT_CYCLES]);
  CHECK(static_cast<double>(total) / (cycles * 256) >= 0.90);
}

TEST_CASE("a BERT-Base layer is equal with the I-BERT family too", "[bert]") {
  const ModelSpecResult spec = loadModelSpec("configs/models/bert-base.toml");
  REQUIRE(spec.spec);
  Device device("base16", {"vector.family=ibert"});
  requireEqual(device, makeWorkload(*spec.spec, 1, 128, device.plan.family, 2), {},
               tb::memoryTiming(100));
}
