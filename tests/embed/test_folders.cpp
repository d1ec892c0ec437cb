// Variants of a model's folder against the published pipeline's ids and vectors, and against what
// must be said of those that are refused (scripts/reference-folders.py).
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sw/embed/embed.hpp"
#include "sw/import/trained_model.hpp"
#include "sw/itf/model_file.hpp"
#include "tests/catch.hpp"
#include "tests/import/folder_variant.hpp"

namespace intformer::test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

json variants() {
  std::ifstream file("tests/import/folders.json");
  REQUIRE(file);
  return json::parse(file);
}

/// The folder of a variant.
struct Variant : TemporaryFolder {
  explicit Variant(const json& edits) {
    std::filesystem::copy("tests/models/small", path(), std::filesystem::copy_options::recursive);
    applyEdits(*this, edits);
  }
};

void compare(const importer::TrainedModel& model, const json& texts, const json& variant) {
  const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
  std::vector<std::vector<uint32_t>> ids;
  for (const auto& text : texts) {
    ids.push_back(tokenizer.encode(text.get<std::string>()));
    INFO(text);
    CHECK(ids.back() == variant["ids"][ids.size() - 1].get<std::vector<uint32_t>>());
  }
  const json& vectors = variant["vectors"];
  ids.resize(vectors.size());
  const floating::FloatMatrix states =
      embed::embedSentences(*embed::floatBackend(model.network.graph), model.pooling, ids);
  double worst = 0;
  for (uint32_t i = 0; i < states.rows; ++i)
    for (uint32_t c = 0; c < states.cols; ++c)
      worst = std::max(worst, std::abs(vectors[i][c].get<double>() - states.row(i)[c]));
  INFO("largest difference " << worst);
  CHECK(states.cols == vectors[0].size());
  CHECK(worst < 1e-4);
}

TEST_CASE("folders are read as the published pipeline reads them, and kept so", "[folders]") {
  const json all = variants();
  std::size_t count = 0;
  for (const json& variant : all["variants"]) {
    if (!variant.contains("ids")) continue;
    INFO(variant["name"]);
    ++count;
    const Variant folder(variant["edits"]);
    itf::ModelFile file;
    importer::ImportNotes notes;
    CHECK_NOTHROW(file.trained = importer::importFolder(folder.path(), notes));
    if (file.trained.vocabulary.empty()) continue;
    std::string lines;
    for (const std::string& line : notes.lines) lines += line + "\n";
    CHECK_THAT(lines, Contains(variant.value("note", "")));
    const json texts = variant.value("texts", all["texts"]);
    compare(file.trained, texts, variant);
    itf::writeModelFile(folder.path("x.itf"), file);
    compare(itf::readModelFile(folder.path("x.itf")).trained, texts, variant);
  }
  CHECK(count >= 40);
}

TEST_CASE("folders that would be read otherwise are refused with the reason", "[folders]") {
  const json all = variants();
  std::size_t count = 0;
  for (const json& variant : all["variants"]) {
    if (!variant.contains("refused")) continue;
    INFO(variant["name"]);
    ++count;
    const Variant folder(variant["edits"]);
    importer::ImportNotes notes;
    CHECK_THROWS_WITH(importer::importFolder(folder.path(), notes),
                      Contains(variant["refused"].get<std::string>()) && Contains(folder.path()));
  }
  CHECK(count >= 60);
}

}  // namespace
}  // namespace intformer::test
