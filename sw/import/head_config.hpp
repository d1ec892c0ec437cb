#pragma once

#include <string>
#include <vector>

#include "sw/import/head.hpp"

namespace intformer::importer {

/// What a folder's JSON files say about its head.
struct HeadConfig {
  HeadKind kind = HeadKind::Pooler;
  std::string unknownHead;          ///< an architecture with a head that is not known; empty: none
  std::vector<std::string> labels;  ///< empty for a pooler
  ScoreFunction function = ScoreFunction::None;
  bool crossEncoder = false;  ///< saved by sentence-transformers' CrossEncoder
};

/// Reads config.json and config_sentence_transformers.json. `lines` receives what was taken for what.
/// Throws ImportError.
HeadConfig readHeadConfig(const std::string& directory, std::vector<std::string>& lines);

}  // namespace intformer::importer
