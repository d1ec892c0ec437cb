// Heads on integers: near float32, and the same on every backend.
#include "gen/config.hpp"
#include "sw/quantizer/drawn_sentences.hpp"
#include "sw/quantizer/paired_sentences.hpp"
#include "tests/classify/support.hpp"

namespace intformer::test {

using namespace embed;
using namespace quantizer;
using classify::classify;
using importer::TrainedModel;

namespace {

using Lists = std::vector<std::vector<uint32_t>>;

QuantizedModel quantized(const TrainedModel& model, bool pairs = true) {
  const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
  CalibrationTexts texts{drawSentences(tokenizer, 150), {}};
  if (pairs) texts = pairSentences(tokenizer, texts.sequences);
  return quantizeModel(model.network.graph, texts.batch(), {});
}

std::vector<std::vector<float>> valuesOf(Backend& backend, const TrainedModel& model,
                                         const Encoded& encoded) {
  std::vector<std::vector<float>> values;
  for (const floating::FloatMatrix& one : classify(backend, *model.head, encoded.batch()))
    values.push_back(one.data);
  return values;
}

TEST_CASE("sentences become texts and pairs of the same pieces", "[classify]") {
  const TrainedModel model = importModel(modelFolder("cross"));
  const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
  const uint32_t begin = tokenizer.begin(), end = tokenizer.end();
  const Lists five = {{begin, 50, end}, {begin, 51, 52, end}, {begin, end},
                      {begin, 53, end}, {begin, 54, end}};
  const CalibrationTexts texts = pairSentences(tokenizer, five);
  CHECK(texts.sequences ==
        Lists{{begin, 50, end}, {begin, 51, 52, end, end}, {begin, 53, end}, {begin, 54, end}});
  CHECK(texts.firstTexts == std::vector<uint32_t>{3, 4, 3, 3});
  CHECK(texts.batch().hasPairs());
  CHECK_FALSE(TokenBatch(five).hasPairs());
}

TEST_CASE("integer logits are near float32's", "[classify]") {
  const auto all = reference();
  // The kind and the most that a value may differ; logits spread over several units, the pooler's
  // values over -1 to 1.
  const std::map<std::string, double> bounds = {
      {"sequence", 0.15}, {"cross", 0.05}, {"tokens", 0.5}, {"pooler", 0.08}};
  for (const auto& [kind, bound] : bounds) {
    const TrainedModel model = importModel(modelFolder(kind));
    const Encoded encoded(model, all[kind]);
    const auto golden = goldenBackend(quantized(model), Family::Pwl);
    const double worst =
        largestDifference(classify(*golden, *model.head, encoded.batch()), all[kind]);
    INFO(kind << ": largest difference " << worst);
    CHECK(worst < bound);
    CHECK(worst > 1e-5);  // not float32 by another name
  }
}

TEST_CASE("pairs in the calibration keep the second segment in range", "[classify]") {
  const auto rows = reference()["cross"];
  const TrainedModel model = importModel(modelFolder("cross"));
  const Encoded encoded(model, rows);
  const auto worst = [&](bool pairs) {
    const auto golden = goldenBackend(quantized(model, pairs), Family::Pwl);
    return largestDifference(classify(*golden, *model.head, encoded.batch()), rows);
  };
  const double with = worst(true), without = worst(false);
  INFO("largest difference with pairs " << with << ", without " << without);
  CHECK(with < without);
}

TEST_CASE("all backends give the same logits, alone or in a batch", "[classify]") {
  const auto all = reference();
  const Plan plan = loadConfig("configs/tiny4.toml").plan.value();
  for (const std::string kind : {"cross", "tokens"}) {
    const TrainedModel model = importModel(modelFolder(kind));
    nlohmann::json rows = nlohmann::json::array();  // a text, short pairs and a long one
    for (const std::size_t i : {0, 4, 5, 10, 13}) rows.push_back(all[kind][i]);
    const Encoded encoded(model, rows);
    const QuantizedModel integers = quantized(model);
    const auto golden = goldenBackend(integers, plan.family);
    const auto expected = valuesOf(*golden, model, encoded);
    CHECK(valuesOf(*emulatorBackend(integers, plan), model, encoded) == expected);
    const auto rtl = rtlBackend(integers, plan, {});
    CHECK(valuesOf(*rtl, model, encoded) == expected);
    CHECK(rtl->work()->valuesCompared > 5000);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Encoded alone(model, nlohmann::json::array({rows[i]}));
      CHECK(valuesOf(*golden, model, alone)[0] == expected[i]);
    }
  }
}

TEST_CASE("a model with one segment takes no pairs", "[classify]") {
  TrainedModel model = importModel(modelFolder("cross"));
  const Encoded encoded(model, reference()["cross"]);
  auto& embedding = std::get<floating::FloatEmbedding>(model.network.graph.operators.front());
  embedding.segments = 1;
  embedding.segmentTable.resize(model.network.shape.width);
  CHECK_THROWS_WITH(classify(*floatBackend(model.network.graph), *model.head, encoded.batch()),
                    containsText("a pair of texts needs two"));
  const auto golden = goldenBackend(quantized(model, false), Family::Pwl);
  CHECK_THROWS_WITH(classify(*golden, *model.head, encoded.batch()),
                    containsText("a pair of texts needs two"));
  CHECK(classify(*golden, *model.head, TokenBatch(encoded.ids)).size() == encoded.ids.size());
}

}  // namespace
}  // namespace intformer::test
