#include "sw/embed/embed.hpp"

#include <cmath>
#include <numeric>

#include "gen/config.hpp"
#include "sw/embed/npy.hpp"
#include "sw/embed/pooling.hpp"
#include "tests/catch.hpp"
#include "tests/quantizer/support.hpp"

namespace intformer::test {

using namespace embed;
using floating::FloatMatrix;
using importer::PoolingMode;

namespace {

using Catch::Matchers::Contains;

FloatMatrix matrix(uint32_t rows, uint32_t cols, std::vector<float> values) {
  FloatMatrix result(rows, cols);
  result.data = std::move(values);
  return result;
}

TEST_CASE("pooling takes each sentence's own tokens", "[embed]") {
  const FloatMatrix states = matrix(4, 2, {3, 4, 1, 2, 5, 0, -6, 4});
  const std::vector<uint32_t> lengths = {1, 3};
  CHECK(pool(states, lengths, {PoolingMode::Mean, false}).data == std::vector<float>{3, 4, 0, 2});
  CHECK(pool(states, lengths, {PoolingMode::Cls, false}).data == std::vector<float>{3, 4, 1, 2});
  CHECK(pool(states, lengths, {PoolingMode::Mean, true}).data ==
        std::vector<float>{0.6F, 0.8F, 0, 1});
  CHECK(pool(matrix(2, 1, {1, -1}), {{2}}, {PoolingMode::Mean, true}).data ==
        std::vector<float>{0});
}

TEST_CASE("batches hold every sentence once and keep to their size", "[embed]") {
  const std::vector<uint32_t> lengths = {3, 9, 1, 30, 4, 4, 2, 8, 9};
  std::vector<std::vector<uint32_t>> sentences;
  for (const uint32_t length : lengths) sentences.emplace_back(length, 7);
  std::vector<uint32_t> seen;
  uint32_t before = ~0U;
  for (const auto& batch : batchesOf(sentences, 16)) {
    uint32_t tokens = 0;
    for (const uint32_t i : batch) {
      tokens += lengths[i];
      CHECK(lengths[i] <= before);
      before = lengths[i];
      seen.push_back(i);
    }
    CHECK((tokens <= 16 || batch.size() == 1));
  }
  std::ranges::sort(seen);
  std::vector<uint32_t> all(lengths.size());
  std::iota(all.begin(), all.end(), 0U);
  CHECK(seen == all);
  CHECK(batchesOf({}, 16).empty());
}

TEST_CASE("backends agree, in any order and batch", "[embed]") {
  const floating::FloatModel model = randomBert(4);
  const auto calibration = randomSentences(model, 30, 1);
  const quantizer::QuantizedModel integers = quantizer::quantizeModel(model.graph, calibration, {});
  const auto sentences = randomSentences(model, 40, 2);
  const auto config = loadConfig("configs/edge8.toml");
  REQUIRE(config.plan);
  const auto golden = goldenBackend(integers, config.plan->family);
  const FloatMatrix expected = embedSentences(*golden, {}, sentences);
  REQUIRE(expected.rows == sentences.size());
  for (uint32_t i = 0; i < expected.rows; ++i) {  // alone as in a batch
    const FloatMatrix alone = embedSentences(*golden, {}, {&sentences[i], 1});
    CHECK(std::equal(alone.data.begin(), alone.data.end(), expected.row(i)));
  }
  const auto emulator = emulatorBackend(integers, *config.plan);
  std::size_t last = 0;
  const FloatMatrix emulated =
      embedSentences(*emulator, {}, sentences, [&](std::size_t done) { last = done; });
  CHECK(emulated.data == expected.data);
  CHECK(last == sentences.size());
  const auto reference = floatBackend(model.graph);
  double mean = 0;
  for (const double cosine :
       quantizer::rowCosines(embedSentences(*reference, {}, sentences), expected))
    mean += cosine / expected.rows;
  CHECK(mean > 0.99);
  CHECK(mean < 1);  // not the same numbers by another name
}

TEST_CASE("NumPy files have the bytes that NumPy writes", "[embed]") {
  const std::string bytes = npyBytes(matrix(2, 3, {1, 2, 3, 4, 5, -6}));
  // np.save of np.array([[1,2,3],[4,5,-6]], '<f4')
  std::string expected("\x93NUMPY\x01\x00v\x00", 10);
  expected += "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  expected.resize(127, ' ');
  expected += '\n';
  for (const char* number : {"\x00\x00\x80\x3f", "\x00\x00\x00\x40", "\x00\x00\x40\x40",
                             "\x00\x00\x80\x40", "\x00\x00\xa0\x40", "\x00\x00\xc0\xc0"})
    expected.append(number, 4);
  CHECK(bytes == expected);
}

}  // namespace
}  // namespace intformer::test
