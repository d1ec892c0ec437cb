#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/accuracy/study.hpp"
#include "sw/float/float_graph.hpp"
#include "sw/quantizer/quantized_model.hpp"
#include "sw/reference/report.hpp"

namespace intformer::accuracy {

/// How far the integers have drifted from float32 after a LayerNorm.
struct LayerError {
  std::string tensor;   ///< "layer2.output16"
  double mean = 0;      ///< cosine per token: mean
  double worst = 0;     ///< and lowest
  double relative = 0;  ///< rms error over float32's standard deviation
};

/// Results of every LayerNorm against the float graph, on packed sentences; of 16 bits where there
/// are such.
std::vector<LayerError> layerErrors(const floating::FloatGraph& graph,
                                    const quantizer::QuantizedModel& quantized,
                                    std::span<const std::vector<uint32_t>> sentences,
                                    const Variant& variant);

/// The error that each operator adds by itself, on the same sentences: against the float64 function
/// of the very integers that it reads. The layers' operators of one name are one entry, which holds
/// the worst of them ("layer*.ffn.hidden"); sequences count as one.
std::vector<reference::OperatorError> ownErrors(const quantizer::QuantizedModel& quantized,
                                                std::span<const std::vector<uint32_t>> sentences,
                                                const Variant& variant);

}  // namespace intformer::accuracy
