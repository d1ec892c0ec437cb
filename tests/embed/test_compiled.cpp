// Backends that keep compiled programs for lengths that come again.
#include "gen/config.hpp"
#include "sw/compiler/compile.hpp"
#include "sw/embed/embed.hpp"
#include "sw/embed/program_cache.hpp"
#include "sw/emulator/emulator.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/model/random.hpp"
#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {

using namespace embed;

namespace {

using Lengths = std::vector<uint32_t>;

struct Sample {
  floating::FloatModel model = randomBert(7);
  quantizer::QuantizedModel integers =
      quantizer::quantizeModel(model.graph, randomSentences(model, 30, 1), {});
  Plan plan = loadConfig("configs/edge8.toml").plan.value();

  /// Other ids at every call.
  std::vector<std::vector<uint32_t>> sentences(const Lengths& lengths) {
    std::vector<std::vector<uint32_t>> result;
    for (const uint32_t length : lengths) {
      auto& sentence = result.emplace_back(length);
      for (uint32_t& token : sentence) token = random.below(model.shape.vocabulary);
    }
    return result;
  }

  model::Random random{2};
};

CompiledBatch batchOf(const Lengths& lengths, std::size_t bytes) {
  CompiledBatch batch{lengths, {}, std::vector<uint8_t>(bytes)};
  batch.program.memoryBytes = bytes;
  return batch;
}

TEST_CASE("the program cache keeps what was used last, in its bytes", "[embed]") {
  ProgramCache cache(1000);
  CHECK(cache.find({3}) == nullptr);
  cache.add(batchOf({3}, 400));
  cache.add(batchOf({4}, 400));
  REQUIRE(cache.find({3}) != nullptr);  // now {4} is the one not used for longest
  cache.add(batchOf({3, 4}, 200));      // fits exactly
  CHECK(cache.size() == 3);
  cache.add(batchOf({4, 3}, 1));
  CHECK(cache.size() == 3);
  CHECK(cache.find({4}) == nullptr);
  CHECK(cache.find({3, 4})->image.size() == 200);
  CHECK(cache.find({4, 3})->image.size() == 1);
  cache.add(batchOf({9}, 5000));  // larger than the cache: kept alone
  CHECK(cache.size() == 1);
  CHECK(cache.find({9})->program.memoryBytes == 5000);
  cache.add(batchOf({8}, 10));
  CHECK(cache.size() == 1);
  CHECK(cache.find({9}) == nullptr);
}

TEST_CASE("batches of lengths seen before, and others between them, are golden's", "[embed]") {
  Sample s;
  const auto golden = goldenBackend(s.integers, s.plan.family);
  const auto emulator = emulatorBackend(s.integers, s.plan);
  // Same number of tokens, same lengths in another order, and each again with other ids.
  const std::vector<Lengths> batches = {{6}, {6}, {2, 4}, {4, 2}, {6}, {1}, {2, 4}, {20, 6}, {1},
                                        {4, 2}, {6}};
  for (std::size_t i = 0; i < batches.size(); ++i) {
    INFO("batch " << i);
    const auto sentences = s.sentences(batches[i]);
    CHECK(emulator->run(sentences).data == golden->run(sentences).data);
  }
  // A refused batch leaves nothing wrong behind.
  CHECK_THROWS_AS(emulator->run(std::vector<std::vector<uint32_t>>{Lengths(6, 1U << 20)}),
                  std::invalid_argument);
  const auto again = s.sentences({6});
  CHECK(emulator->run(again).data == golden->run(again).data);
}

TEST_CASE("the RTL runs lengths seen before as new ones", "[embed]") {
  Sample s;
  s.plan = loadConfig("configs/tiny4.toml").plan.value();
  const auto golden = goldenBackend(s.integers, s.plan.family);
  const auto rtl = rtlBackend(s.integers, s.plan, {});
  const auto five = s.sentences({5});
  std::vector<uint64_t> cycles;
  for (const auto& sentences : {five, s.sentences({3, 2}), s.sentences({5}), five}) {
    const uint64_t before = rtl->work()->cycles.value_or(0);
    CHECK(rtl->run(sentences).data == golden->run(sentences).data);
    cycles.push_back(rtl->work()->cycles.value() - before);
  }
  CHECK(cycles[3] == cycles[0]);
  CHECK(cycles[1] != cycles[0]);
}

TEST_CASE("a device that counts nothing has no cycles to tell", "[embed]") {
  Sample s;
  const std::vector<std::string> overrides = {"registers.counters=none"};
  s.plan = loadConfig("configs/tiny4.toml", overrides).plan.value();
  const auto rtl = rtlBackend(s.integers, s.plan, {});
  const auto sentences = s.sentences({5});
  CHECK(rtl->run(sentences).data == goldenBackend(s.integers, s.plan.family)->run(sentences).data);
  CHECK(rtl->work()->valuesCompared > 0);
  CHECK_FALSE(rtl->work()->cycles.has_value());
}

TEST_CASE("a renewed image is the one that would be built", "[embed]") {
  Sample s;
  Graph graph = s.integers.graph;
  setLengths(graph, Lengths{5, 3});
  const Program program = compiler::compile(graph, s.plan);
  std::vector<uint8_t> image =
      buildImage(program, graph, tokenInputs(graph, s.sentences({5, 3})));
  const std::vector<uint8_t> before = image;
  REQUIRE(emulator::runProgram(s.plan, program, image).ok());
  REQUIRE(image != before);
  const TensorValues inputs = tokenInputs(graph, s.sentences({5, 3}));
  renewImage(program, graph, inputs, image);
  CHECK(image == buildImage(program, graph, inputs));
  CHECK(image != before);  // other ids
  image.pop_back();
  CHECK_THROWS_AS(renewImage(program, graph, inputs, image), std::invalid_argument);
}

}  // namespace
}  // namespace intformer::test
