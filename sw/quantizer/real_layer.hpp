#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sw/quantizer/quantize_bert.hpp"

namespace intformer {

/// The first layers of a trained model on one sentence, in integers and in float32.
struct RealLayer {
  std::vector<std::string> pieces;  ///< of the sentence, one per row
  QuantizedBert quantized;
  TensorValues inputs;    ///< by TensorId of quantized.graph
  FloatMatrix reference;  ///< output of the same layers in float32

  /// Cosine per token between the integer output (runGolden's values, or a device's) and float32.
  [[nodiscard]] std::vector<double> cosines(const TensorValues& values) const {
    return rowCosines(dequantizeOutput(quantized, values), reference);
  }
};

/// English sentences of several kinds that scales are taken from.
std::span<const std::string_view> calibrationSentences();

/// Reads config.json, model.safetensors and vocab.txt from `directory`, calibrates on
/// calibrationSentences() and quantizes the first `layers` layers for the sentence.
/// Throws ImportError or ScaleError where the files are refused.
RealLayer importRealLayer(const std::string& directory, std::string_view sentence,
                          uint32_t layers = 1);

}  // namespace intformer
