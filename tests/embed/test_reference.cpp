// The real model against embeddings that the published pipeline made
// (scripts/reference-embeddings.py). Without the model these tests say so and pass.
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "sw/embed/embed.hpp"
#include "sw/import/trained_model.hpp"
#include "tests/catch.hpp"

namespace intformer::test {
namespace {

constexpr const char* kModel = "build/models/minilm";

std::optional<TrainedModel> realModel() {
  if (!std::filesystem::exists(std::string(kModel) + "/model.safetensors")) {
    std::cout << "SKIPPED: " << kModel << " is not there (make minilm fetches it)\n";
    return std::nullopt;
  }
  ImportNotes notes;
  return importFolder(kModel, notes);
}

TEST_CASE("the float model's embeddings are the published pipeline's", "[reference]") {
  const auto model = realModel();
  if (!model) return;
  std::ifstream in("tests/embed/reference_embeddings.json");
  const auto reference = nlohmann::json::parse(in)["sentences"];
  REQUIRE(reference.size() >= 12);
  const Tokenizer tokenizer(model->vocabulary, model->tokenizer);
  std::vector<std::vector<uint32_t>> sentences;
  for (const auto& entry : reference) {
    sentences.push_back(tokenizer.encode(entry["text"].get<std::string>()));
    CHECK(sentences.back().size() == entry["tokens"]);
  }
  const auto backend = floatBackend(model->bert);
  const FloatMatrix embeddings = embedSentences(*backend, model->pooling, sentences);
  double worst = 0;
  for (uint32_t i = 0; i < embeddings.rows; ++i) {
    const auto expected = reference[i]["embedding"].get<std::vector<double>>();
    REQUIRE(expected.size() == embeddings.cols);
    for (uint32_t c = 0; c < embeddings.cols; ++c)
      worst = std::max(worst, std::abs(expected[c] - embeddings.row(i)[c]));
  }
  INFO("largest difference " << worst);
  CHECK(worst < 1e-4);
  std::cout << "largest difference of " << embeddings.rows << " published embeddings: " << worst
            << "\n";
}

}  // namespace
}  // namespace intformer::test
