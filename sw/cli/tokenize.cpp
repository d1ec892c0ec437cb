#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "sw/cli/commands.hpp"
#include "sw/itf/model_file.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/files/files.hpp"
#include "sw/itf/model_file.hpp"

namespace intformer::cli {
namespace {

struct TokenizeOptions {
  std::string model;
  std::vector<std::string> texts;
  std::string json;
};

struct TokenizedText {
  std::string text;
  std::vector<uint32_t> ids;
  std::vector<std::string> pieces;
  std::size_t uncut = 0;  ///< tokens if none were cut off
};

Tokenizer loadTokenizer(const std::string& model) {
  if (std::filesystem::is_directory(model)) {
    ImportNotes notes;
    return importTokenizer(model, notes);
  }
  const TrainedModel trained = readModelFile(model).trained;
  return {trained.vocabulary, trained.tokenizer};
}

/// The texts in order; "-" stands for the lines of stdin.
std::vector<std::string> gatherTexts(const std::vector<std::string>& arguments) {
  std::vector<std::string> texts;
  for (const std::string& argument : arguments) {
    if (argument != "-") {
      texts.push_back(argument);
      continue;
    }
    const std::vector<std::string> lines = readAllLines("-");
    texts.insert(texts.end(), lines.begin(), lines.end());
  }
  return texts;
}

std::vector<TokenizedText> tokenizeAll(const Tokenizer& tokenizer,
                                       const std::vector<std::string>& texts) {
  std::optional<Tokenizer> endless;
  std::vector<TokenizedText> all;
  for (const std::string& text : texts) {
    TokenizedText result{text, tokenizer.encode(text), {}, 0};
    for (const uint32_t id : result.ids) result.pieces.push_back(tokenizer.piece(id));
    result.uncut = result.ids.size();
    if (result.uncut == tokenizer.options().maxTokens) {
      if (!endless) {
        TokenizerOptions options = tokenizer.options();
        options.maxTokens = std::numeric_limits<uint32_t>::max();
        endless.emplace(tokenizer.vocabulary(), options);
      }
      result.uncut = endless->encode(text).size();
    }
    all.push_back(std::move(result));
  }
  return all;
}

/// An array with a line per text.
std::string asJson(const std::vector<TokenizedText>& all) {
  std::string lines;
  for (const TokenizedText& one : all) {
    const nlohmann::ordered_json json = {{"text", one.text},
                                         {"ids", one.ids},
                                         {"pieces", one.pieces},
                                         {"tokens_uncut", one.uncut}};
    // Bytes that are not UTF-8 come out as U+FFFD, which is how they were read.
    lines += (lines.empty() ? "" : ",\n") +
             json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return "[\n" + lines + "\n]\n";
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
  const Tokenizer tokenizer = loadTokenizer(options.model);
  const std::vector<TokenizedText> all = tokenizeAll(tokenizer, gatherTexts(options.texts));
  if (options.json == "-") {
    fmt::print("{}", asJson(all));
    return kFine;
  }
  for (const TokenizedText& one : all) print(one);
  if (!options.json.empty()) writeAtomically(options.json, asJson(all));
  return kFine;
}

}  // namespace

void addTokenize(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("tokenize", "Show the token ids and pieces of sentences");
  auto options = std::make_shared<TokenizeOptions>();
  command->add_option("--model", options->model, "Model file (*.itf), or a trained model's folder")->required();
  command->add_option("text", options->texts, "Sentences; - reads one from every line of stdin")
      ->required();
  command->add_option("--json", options->json, "Write texts, ids and pieces; - for stdout, alone");
  command->footer(
      "Texts are cleaned and cut into pieces as by Hugging Face's BertTokenizerFast; one that is\n"
      "too long for the model is cut, and says so. Exit status: 0, or 1 for a model that cannot be\n"
      "used.\n"
      "Examples:\n"
      "  intformer tokenize --model build/models/minilm.itf \"A sentence.\" \"Another one.\"\n"
      "  intformer tokenize --model build/models/minilm.itf --json ids.json - <lines.txt");
  command->callback([options, &status] { status = orRefuse([&] { return tokenize(*options); }); });
}

}  // namespace intformer::cli
