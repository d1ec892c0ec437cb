#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sw/classify/classify.hpp"
#include "sw/import/trained_model.hpp"
#include "sw/tokenizer/pair.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

/// Where the published libraries' models and values are (scripts/reference-classify.py).
inline const std::string kFolder = "tests/classify/";

inline nlohmann::json reference() {
  return nlohmann::json::parse(readText(kFolder + "reference.json"));
}

/// Folder of one of the reference's models: "sequence", "cross", "tokens" or "pooler".
inline std::string modelFolder(const std::string& kind) {
  return kind == "pooler" ? "tests/models/small" : kFolder + kind;
}

inline importer::TrainedModel importModel(const std::string& folder) {
  importer::ImportNotes notes;
  return importer::importFolder(folder, notes);
}

/// A copy of a reference model whose files may be changed.
struct ModelCopy : TemporaryFolder {
  explicit ModelCopy(const std::string& kind) {
    std::filesystem::copy(modelFolder(kind), path(), std::filesystem::copy_options::recursive);
  }
  /// Adds keys to a JSON file, which may be new; null takes one away.
  void change(const std::string& file, const nlohmann::json& keys) const {
    nlohmann::json json = nlohmann::json::object();
    if (std::filesystem::exists(path(file))) json = nlohmann::json::parse(readText(path(file)));
    json.merge_patch(keys);
    writeFile(path(file), json.dump());
  }
};

/// The reference's texts and pairs as token ids.
struct Encoded {
  std::vector<std::vector<uint32_t>> ids;
  std::vector<uint32_t> firstTexts;

  Encoded(const importer::TrainedModel& model, const nlohmann::json& rows) {
    const tokenizer::Tokenizer tokenizer(model.vocabulary, model.tokenizer);
    for (const auto& row : rows) {
      const auto text = row["text"].get<std::string>();
      if (row["pair"].is_null()) {
        ids.push_back(tokenizer.encode(text));
        firstTexts.push_back(static_cast<uint32_t>(ids.back().size()));
        continue;
      }
      tokenizer::TokenPair pair =
          tokenizer::encodePair(tokenizer, text, row["pair"].get<std::string>());
      ids.push_back(std::move(pair.ids));
      firstTexts.push_back(pair.firstText);
    }
  }
  [[nodiscard]] TokenBatch batch() const { return {ids, firstTexts}; }
  /// 0 or 1 for every token, as the published tokenizer gives them.
  [[nodiscard]] std::vector<uint32_t> types(std::size_t i) const {
    std::vector<uint32_t> result(ids[i].size(), 1);
    std::fill_n(result.begin(), firstTexts[i], 0);
    return result;
  }
};

/// The reference's logits of a row: one list, or of a head for tokens one per token.
inline std::vector<float> logitsOf(const nlohmann::json& row) {
  if (!row["logits"][0].is_array()) return row["logits"];
  std::vector<float> all;
  for (const auto& token : row["logits"])
    for (const float value : token) all.push_back(value);
  return all;
}

/// Largest difference of values to the reference's; both must have as many.
inline double largestDifference(const std::vector<floating::FloatMatrix>& values,
                                const nlohmann::json& rows) {
  double worst = 0;
  REQUIRE(values.size() == rows.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::vector<float> expected = logitsOf(rows[i]);
    REQUIRE(values[i].data.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k)
      worst = std::max(worst, std::abs(double{values[i].data[k]} - expected[k]));
  }
  return worst;
}

}  // namespace intformer::test
