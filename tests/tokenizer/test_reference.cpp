// Equality with the published tokenizer, by the tables of scripts/reference-tokens.py.
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "sw/tokenizer/tokenizer.hpp"
#include "tests/catch.hpp"
#include "tests/trained.hpp"

namespace intformer::test {

using tokenizer::Tokenizer;

namespace {

constexpr const char* kSmall = "tests/tokenizer/small/vocab.txt";
constexpr const char* kMinilm = "build/models/minilm/vocab.txt";

nlohmann::json hardStrings() {
  std::ifstream file("tests/tokenizer/hard_strings.json");
  REQUIRE(file);
  return nlohmann::json::parse(file).at("cases");
}

std::string fromHex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string textOf(const nlohmann::json& entry) {
  return entry.contains("bytes") ? fromHex(entry.at("bytes")) : entry.at("text").get<std::string>();
}

/// Compares every case's ids with those of the tokenizer `key` of the table.
void compare(const std::string& vocabulary, const std::string& key, bool lowerCase) {
  const nlohmann::json cases = hardStrings();
  REQUIRE(cases.size() > 300);
  std::size_t unknown = 0, total = 0;
  std::map<uint32_t, Tokenizer> tokenizers;  // by the maximum of tokens
  for (const nlohmann::json& entry : cases) {
    tokenizer::TokenizerOptions options;
    options.lowerCase = lowerCase;
    options.maxTokens = entry.value("maxTokens", 512U);
    if (!tokenizers.contains(options.maxTokens))
      tokenizers.emplace(options.maxTokens, Tokenizer::fromFile(vocabulary, options));
    const Tokenizer& tokenizer = tokenizers.at(options.maxTokens);
    const std::vector<uint32_t> ids = tokenizer.encode(textOf(entry));
    INFO(entry.at("name") << ": " << entry.value("text", ""));
    CHECK(ids == entry.at(key).get<std::vector<uint32_t>>());
    for (const uint32_t id : ids) unknown += tokenizer.piece(id) == "[UNK]";
    total += ids.size();
  }
  CHECK(unknown > total / 50);  // the table tries known and unknown words
  CHECK(unknown < total / 2);
}

TEST_CASE("ids of hard strings equal the published tokenizer's", "[tokenizer]") {
  compare(kSmall, "small", true);
}

TEST_CASE("ids of hard strings equal those of the published tokenizer kept cased", "[tokenizer]") {
  compare(kSmall, "cased", false);
}

TEST_CASE("ids of hard strings equal the published tokenizer's with its vocabulary",
          "[trained]") {
  if (isAbsent(kMinilm)) return;
  compare(kMinilm, "minilm", true);
}

}  // namespace
}  // namespace intformer::test
