#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "sw/cli/sentences.hpp"
#include "sw/cli/texts.hpp"

namespace intformer::cli {

/// What is to become of embeddings.
struct EmbedOutputs {
  std::string json;
  std::string jsonLines;
  std::string npy;
  bool quiet = false;
  std::optional<double> floor;  ///< of the cosine to float32
};

/// Adds --json, --jsonl, --npy, --quiet and --floor.
void addEmbedOutputs(CLI::App& command, EmbedOutputs& outputs);

/// Embeds all texts on the engine's backend, which `backend` names, and prints and writes the
/// vectors. `sayWork` says what the backend did. The exit status: kFine or, below the floor,
/// kDifferent.
int embedTexts(TextReader& texts, Engine& engine, const std::string& backend,
               const EmbedOutputs& outputs, const std::function<void()>& sayWork);

}  // namespace intformer::cli
