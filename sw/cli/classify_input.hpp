#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

/// The texts and pairs of texts that `classify` works on.
namespace intformer::cli {

struct ClassifyTexts {
  std::vector<std::string> arguments;
  std::vector<std::string> pairs;  ///< second texts: each argument and line goes with each of them
  std::string lines;               ///< file with a text per line, blank ones included
  std::string pairLines;           ///< file with two texts per line, a tab between them
  std::string jsonLines;           ///< file with {"text": "...", "pair": "..."} per line
};

struct TextOrPair {
  std::string text;
  std::optional<std::string> pair;
};

/// Adds texts as arguments, --pair, --input, --input-pairs and --input-jsonl.
void addClassifyTexts(CLI::App& command, ClassifyTexts& request);

/// All of them, in this order. Throws std::runtime_error for nothing, for what cannot be read, and
/// for lines that are not of their form.
std::vector<TextOrPair> readTexts(const ClassifyTexts& request);

}  // namespace intformer::cli
