#pragma once

#include <string>
#include <vector>

#include "sw/cli/classify_input.hpp"
#include "sw/cli/sentences.hpp"
#include "sw/import/head.hpp"

namespace intformer::cli {

/// Texts with what the head makes of them.
struct Classified {
  std::vector<TextOrPair> texts;
  std::vector<std::vector<uint32_t>> ids;
  std::vector<floating::FloatMatrix> logits;  ///< as classify() gives them
  std::vector<floating::FloatMatrix> scores;  ///< of the same sizes
};

/// For people: labels and scores, a line per text; of heads for tokens one per token too.
void printRows(const importer::Head& head, const tokenizer::Tokenizer& tokenizer,
               const Classified& result);

/// Writes all as one JSON object, and a line of JSON per text. Empty names: not wanted; "-": stdout.
/// Throws std::runtime_error.
void writeJson(const std::string& json, const std::string& jsonLines, const Engine& engine,
               const std::string& backend, importer::ScoreFunction function,
               const Classified& result);

}  // namespace intformer::cli
