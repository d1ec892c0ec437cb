#include "sw/quantizer/embedding_table.hpp"

#include <algorithm>
#include <cmath>

namespace intformer {
namespace {

constexpr double kTokenPeak = 8191;
constexpr double kWidePeak = 32767;
constexpr double kSmallest = 1e-9;  // of a channel that is always zero

/// Largest magnitude of every column of a row-major table.
std::vector<double> columnPeaks(const std::vector<float>& table, uint32_t cols) {
  std::vector<double> peaks(cols, kSmallest);
  for (std::size_t i = 0; i < table.size(); ++i)
    peaks[i % cols] = std::max<double>(peaks[i % cols], std::abs(table[i]));
  return peaks;
}

/// The table with every column in units of its peak / codes.
std::vector<int16_t> rounded(const std::vector<float>& table, const std::vector<double>& peaks,
                             double codes) {
  std::vector<int16_t> result(table.size());
  for (std::size_t i = 0; i < table.size(); ++i)
    result[i] = static_cast<int16_t>(std::lround(table[i] / peaks[i % peaks.size()] * codes));
  return result;
}

}  // namespace

QuantizedEmbedding quantizeEmbedding(const std::string& name, const FloatBert& model) {
  const BertConfig& config = model.config;
  const uint32_t width = config.width;
  std::vector<float> places;
  for (std::size_t segment = 0; segment < config.segments; ++segment)
    for (std::size_t i = 0; i < model.positionEmbeddings.size(); ++i)
      places.push_back(model.positionEmbeddings[i] +
                       model.segmentEmbeddings[segment * width + i % width]);
  const std::vector<double> tokenPeaks = columnPeaks(model.wordEmbeddings, width);
  const std::vector<double> placePeaks = columnPeaks(places, width);

  QuantizedEmbedding result;
  for (uint32_t c = 0; c < width; ++c)
    result.step = std::max(result.step, (tokenPeaks[c] + placePeaks[c]) / (kWidePeak - 1));
  Embedding& op = result.op;
  op.name = name;
  op.cols = width;
  op.vocabulary = config.vocabulary;
  op.positions = config.maxPositions;
  op.placeCount = config.maxPositions * config.segments;
  op.tokens = rounded(model.wordEmbeddings, tokenPeaks, kTokenPeak);
  op.places = rounded(places, placePeaks, kWidePeak);
  for (uint32_t c = 0; c < width; ++c) {
    op.tokenScale.push_back(scaleFromReal(tokenPeaks[c] / kTokenPeak / result.step, name));
    op.placeScale.push_back(scaleFromReal(placePeaks[c] / kWidePeak / result.step, name));
  }
  return result;
}

}  // namespace intformer
