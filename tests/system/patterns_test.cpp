#include "tests/catch.hpp"
#include "tests/graph/constants.hpp"
#include "tests/graph/random_pattern.hpp"
#include "tests/graph/random_product.hpp"
#include "tests/system/same_values.hpp"

using namespace intformer;
using namespace intformer::system_test;
using namespace intformer::model;
using intformer::compiler::CompileOptions;
using intformer::compiler::Fusion;

namespace {

Workload workloadOf(Graph graph, Family family, uint64_t seed) {
  Workload work;
  work.graph = std::move(graph);
  work.inputs = seededInputs(work.graph, seed);
  work.golden = golden::runGolden(work.graph, work.inputs, family);
  return work;
}

void randomPatterns(const std::string& config, uint32_t count) {
  Device device(config);
  for (uint64_t seed = 1; seed <= count; ++seed) {
    INFO(config << ", seed " << seed);
    Random random(seed * 77);
    const Graph graph = test::randomPattern({.most = 60, .mostWidth = 24}, random);
    CompileOptions options;
    if (seed % 3 == 0) options.attentionRows = device.plan.dim;
    if (seed % 4 == 0) options.keyChunk = device.plan.dim;
    if (seed % 4 == 1) options.logits = compiler::Logits::Scratchpad;
    if (seed % 4 == 2) options.fusion = seed % 8 == 2 ? Fusion::None : Fusion::Softmax;
    const auto latency = static_cast<uint32_t>(15 * seed);
    requireEqual(device, workloadOf(graph, device.plan.family, seed), options,
                 tb::memoryTiming(latency, seed % 2 == 0 ? 0.2 : 0.0, seed));
  }
}

void randomProducts(const std::string& config, uint32_t count) {
  Device device(config);
  for (uint64_t seed = 1; seed <= count; ++seed) {
    INFO(config << ", seed " << seed);
    Random random(seed * 53);
    const Graph graph = test::randomProducts(device.plan.dim * 5, random);
    CompileOptions options;
    if (seed % 3 == 0) options.depthPanels = 1;
    if (seed % 4 == 0) options.columnTiles = 2;
    requireEqual(device, workloadOf(graph, device.plan.family, seed), options,
                 tb::memoryTiming(static_cast<uint32_t>(15 * seed), 0.1, seed));
  }
}

void lowRankModels(const std::string& config) {
  Device device(config);
  for (const std::string name : {"linformer-tiny", "perceiver-tiny", "compressive-tiny"}) {
    INFO(name << " on " << config);
    const ModelSpec spec = loadModelSpec("configs/models/" + name + ".toml").spec.value();
    requireEqual(device,
                 workloadOf(buildModel(spec, spec.layers, {*spec.seq}, 3), device.plan.family, 3),
                 {}, tb::memoryTiming(25, 0.1, 3));
  }
}

}  // namespace

TEST_CASE("patterns of attention are equal on tiny4", "[tiny4]") { randomPatterns("tiny4", 12); }
TEST_CASE("patterns of attention are equal on edge8", "[edge8]") { randomPatterns("edge8", 12); }
TEST_CASE("patterns of attention are equal on base16", "[base16]") { randomPatterns("base16", 12); }
TEST_CASE("patterns of attention are equal on wide32", "[wide32]") { randomPatterns("wide32", 6); }

TEST_CASE("constants as queries, keys, values and identities are equal", "[tiny4]") {
  Device device("tiny4");
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    INFO("seed " << seed);
    Random random(seed * 31);
    Graph graph = seed % 2 == 0 ? buildBertEncoder(smallEncoder(4), 1, {9 + random.below(9)}, seed)
                                : test::randomPattern({.most = 40, .mostWidth = 12}, random);
    Workload work = workloadOf(graph, device.plan.family, seed);
    while (test::makeConstants(work.graph, work.inputs, random) == 0) {
    }
    requireEqual(device, work, {}, tb::memoryTiming(20, 0.1, seed));
  }
}

TEST_CASE("products of tensors are equal on tiny4", "[tiny4]") { randomProducts("tiny4", 12); }
TEST_CASE("products of tensors are equal on base16", "[base16]") { randomProducts("base16", 8); }

TEST_CASE("low-rank models are equal", "[tiny4]") { lowRankModels("tiny4"); }
TEST_CASE("low-rank models are equal on base16", "[base16]") { lowRankModels("base16"); }

TEST_CASE("layers of every published pattern are equal", "[tiny4]") {
  Device device("tiny4");
  for (const std::string name : {"sparse-tiny", "bigbird-tiny", "fixed-tiny", "strided-tiny"}) {
    INFO(name);
    const ModelSpec spec = loadModelSpec("configs/models/" + name + ".toml").spec.value();
    const uint32_t second = name == "bigbird-tiny" ? 0 : 9;  // a batch of two lengths
    std::vector<uint32_t> lengths = {*spec.seq};
    if (second != 0) lengths.push_back(second);
    requireEqual(device,
                 workloadOf(buildModel(spec, spec.layers, lengths, 3), device.plan.family, 3), {},
                 tb::memoryTiming(25, 0.1, 3));
  }
}
