#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "sw/import/trained_model.hpp"
#include "sw/itf/container.hpp"
#include "sw/quantizer/quantize_model.hpp"

namespace intformer::itf {

/// The whole model in integers and how they were found.
struct IntegerModel {
  quantizer::QuantizedModel
      model;  ///< for one sequence of one token, from token ids (sw/graph/lengths.hpp)
  std::map<std::string, std::string> origin;  ///< "calibration", "sentences", "method", ...
};

/// What a model file (*.itf) holds: a trained model, and once it is quantized its integers.
struct ModelFile {
  importer::TrainedModel trained;
  std::optional<IntegerModel> integers;
  uint64_t checksum = 0;  ///< of everything; set by reading
};

/// Whole or not at all. Throws std::runtime_error.
void writeModelFile(const std::filesystem::path& path, const ModelFile& model);

/// Throws ItfError for a file that is damaged or contradicts itself, with place and way out.
ModelFile readModelFile(const std::filesystem::path& path);

/// The integers of a model file. Throws ItfError, naming the command that makes them, where the
/// file has none.
const IntegerModel& integersOf(const ModelFile& model, const std::filesystem::path& path);

}  // namespace intformer::itf
