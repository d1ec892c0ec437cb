#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "sw/cli/commands.hpp"
#include "sw/cli/json_rows.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/texts.hpp"
#include "sw/cli/trained.hpp"
#include "sw/itf/model_file.hpp"

namespace intformer::cli {

using tokenizer::Tokenizer;

namespace {

struct TokenizeOptions {
  std::string model;
  TextRequest texts;
  std::string json;
  std::string jsonLines;
};

struct TokenizedText {
  std::string text;
  std::vector<uint32_t> ids;
  std::vector<std::string> pieces;
  std::size_t uncut = 0;  ///< tokens if none were cut off
};

Tokenizer loadTokenizer(const std::string& model) {
  if (std::filesystem::is_directory(model)) {
    importer::ImportNotes notes;
    return importer::importTokenizer(model, notes);
  }
  const importer::TrainedModel trained = itf::readModelFile(model).trained;
  demandTexts(trained, model);
  return {trained.vocabulary, trained.tokenizer};
}

/// Cuts texts into tokens, and knows how many there would be without the model's limit.
class Cutter {
 public:
  explicit Cutter(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  TokenizedText cut(const std::string& text) {
    TokenizedText result{text, tokenizer_.encode(text), {}, 0};
    for (const uint32_t id : result.ids) result.pieces.push_back(tokenizer_.piece(id));
    result.uncut = result.ids.size();
    if (result.uncut == tokenizer_.options().maxTokens) {
      if (!endless_) {
        tokenizer::TokenizerOptions options = tokenizer_.options();
        options.maxTokens = std::numeric_limits<uint32_t>::max();
        endless_.emplace(tokenizer_.vocabulary(), options);
      }
      result.uncut = endless_->encode(text).size();
    }
    return result;
  }

 private:
  const Tokenizer& tokenizer_;
  std::optional<Tokenizer> endless_;
};

nlohmann::ordered_json jsonOf(const TokenizedText& one) {
  return {{"text", one.text},
          {"ids", one.ids},
          {"pieces", one.pieces},
          {"tokens_uncut", one.uncut}};
}

void print(const TokenizedText& one) {
  fmt::print("{} tokens", one.ids.size());
  if (one.uncut > one.ids.size()) fmt::print(", cut from {}", one.uncut);
  fmt::print(": {}\n  ids:   ", one.text);
  for (const uint32_t id : one.ids) fmt::print(" {}", id);
  fmt::print("\n  pieces:");
  for (const std::string& piece : one.pieces) fmt::print(" {}", piece);
  fmt::print("\n");
}

int tokenize(const TokenizeOptions& options) {
  TextReader texts(options.texts);
  JsonRows rows(options.json, options.jsonLines);
  const Tokenizer tokenizer = loadTokenizer(options.model);
  Cutter cutter(tokenizer);
  for (std::vector<std::string> one; !(one = texts.next(1)).empty();) {
    const TokenizedText text = cutter.cut(one[0]);
    if (rows.wanted())
      rows.add(jsonOf(text));
    else
      print(text);
  }
  rows.finish();
  return kFine;
}

}  // namespace

void addTokenize(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("tokenize", "Show the token ids and pieces of sentences");
  auto options = std::make_shared<TokenizeOptions>();
  command->add_option("--model", options->model, "Model file (*.itf), or a trained model's folder")
      ->type_name(kind::kModel)
      ->required();
  addTexts(*command, options->texts);
  addJsonRows(*command, options->json, options->jsonLines, "text with its ids and pieces");
  command->footer(
      "Texts are cleaned and cut into pieces as by Hugging Face's BertTokenizerFast; one that is\n"
      "too long for the model is cut, and says so. Exit status: 0, or 1 for a model that cannot be\n"
      "used.\n"
      "Examples:\n"
      "  intformer tokenize --model build/models/minilm.itf \"A sentence.\" \"Another one.\"\n"
      "  intformer tokenize --model build/models/minilm.itf --jsonl ids.jsonl - <lines.txt");
  command->callback([options, &status] { status = orRefuse([&] { return tokenize(*options); }); });
}

}  // namespace intformer::cli
