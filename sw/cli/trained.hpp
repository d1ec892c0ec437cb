#pragma once

#include <optional>
#include <string>

#include "sw/itf/model_file.hpp"

/// The steps of `import` and `quantize`, for all commands that take the folder of a trained model.
namespace intformer::cli {

/// Sentences that a model is calibrated on: the lines of a text, and some of words that are drawn
/// from the vocabulary (sw/quantizer/drawn_sentences.hpp).
struct CalibrationSource {
  /// A file, a sentence per line; empty: the program's own, English ones of several kinds. For a model
  /// that reads pictures or sounds a folder of them; empty: drawn ones alone.
  std::string text = {};
  std::optional<uint32_t> drawn = {};  ///< unset: 250 sentences, 16 pictures or 4 sounds
};

/// Throws std::runtime_error that says which commands take it, for a model that reads no texts.
void demandTexts(const importer::TrainedModel& model, const std::string& path);

/// Reads a model that is imported (sw/import/trained_model.hpp); prints what was found, assumed and left out. `whole`:
/// whether nothing was. Throws ImportError.
importer::TrainedModel importTrained(const std::string& folder, bool* whole = nullptr);

/// The model's integers by calibrating on these sentences; prints which, shows progress.
/// Throws std::runtime_error for a text without sentences, ScaleError where a scale has no integer
/// form.
itf::IntegerModel quantizeTrained(const importer::TrainedModel& model,
                                  const CalibrationSource& calibration = {},
                                  const quantizer::QuantizeOptions& how = {});

}  // namespace intformer::cli
