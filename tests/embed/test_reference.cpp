// Trained models against embeddings that the published pipeline made of them
// (scripts/reference-embeddings.py). Without the real model its test says so and passes.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sw/embed/embed.hpp"
#include "sw/import/trained_model.hpp"
#include "tests/catch.hpp"
#include "tests/trained.hpp"

namespace intformer::test {
namespace {

/// Largest difference between the float model's embeddings and the file's.
double largestDifference(const std::string& folder, const std::string& file) {
  importer::ImportNotes notes;
  const importer::TrainedModel model = importer::importFolder(folder, notes);
  std::ifstream in(file);
  const auto reference = nlohmann::json::parse(in)["sentences"];
  REQUIRE(reference.size() >= 12);
  const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
  std::vector<std::vector<uint32_t>> sentences;
  for (const auto& entry : reference) {
    sentences.push_back(tokenizer.encode(entry["text"].get<std::string>()));
    CHECK(sentences.back().size() == entry["tokens"]);
  }
  const auto backend = embed::floatBackend(model.network.graph);
  const floating::FloatMatrix embeddings =
      embed::embedSentences(*backend, model.pooling, sentences);
  double worst = 0;
  for (uint32_t i = 0; i < embeddings.rows; ++i) {
    const auto expected = reference[i]["embedding"].get<std::vector<double>>();
    REQUIRE(expected.size() == embeddings.cols);
    for (uint32_t c = 0; c < embeddings.cols; ++c)
      worst = std::max(worst, std::abs(expected[c] - embeddings.row(i)[c]));
  }
  return worst;
}

TEST_CASE("the float model's embeddings are the published pipeline's", "[reference]") {
  const double worst =
      largestDifference("tests/models/small", "tests/embed/reference_small.json");
  INFO("largest difference " << worst);
  CHECK(worst < 1e-4);
}

TEST_CASE("the real model's embeddings are the published ones", "[trained]") {
  const std::string folder = "build/models/minilm";
  if (isAbsent(folder + "/model.safetensors")) return;
  const double worst = largestDifference(folder, "tests/embed/reference_minilm.json");
  INFO("largest difference " << worst);
  CHECK(worst < 1e-4);
}

}  // namespace
}  // namespace intformer::test
