#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sw/accuracy/agreement.hpp"
#include "sw/accuracy/layers.hpp"

namespace intformer::accuracy {

/// What integers cost a model on a text.
struct AccuracyResult {
  std::string model;
  std::map<std::string, std::string> origin;  ///< of the integers: calibration, ...
  std::string corpus;
  uint32_t queries = 0;
  uint32_t lines = 0;
  struct Entry {
    Variant variant;
    Agreement agreement;
  };
  std::vector<Entry> variants;  ///< the device's own way first
  uint32_t sampled = 0;         ///< sentences of the two below
  std::vector<LayerError> layers;
  std::vector<reference::OperatorError> operators;
};

/// Tables for a terminal.
std::string accuracyText(const AccuracyResult& result);
std::string accuracyJson(const AccuracyResult& result);
/// A page with pictures, sw/report/page.hpp.
std::string accuracyHtml(const AccuracyResult& result);

}  // namespace intformer::accuracy
