#include "sw/quantizer/embedding_table.hpp"

#include <algorithm>
#include <cmath>

namespace intformer::quantizer {
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

/// A row per position of the first segment, then of the next.
std::vector<float> placeTable(const floating::FloatEmbedding& source, uint32_t width) {
  if (source.segments == 0) return source.positionTable;
  std::vector<float> places;
  for (std::size_t segment = 0; segment < source.segments; ++segment)
    for (std::size_t i = 0; i < source.positionTable.size(); ++i)
      places.push_back(source.positionTable[i] + source.segmentTable[segment * width + i % width]);
  return places;
}

}  // namespace

double quantizeEmbedding(const floating::FloatEmbedding& source, Embedding& op) {
  const std::vector<float> places = placeTable(source, op.cols);
  const std::vector<double> tokenPeaks = columnPeaks(source.tokenTable, op.cols);
  const std::vector<double> placePeaks = columnPeaks(places, op.cols);
  double step = 0;
  for (uint32_t c = 0; c < op.cols; ++c)
    step = std::max(step, (tokenPeaks[c] + placePeaks[c]) / (kWidePeak - 1));
  op.tokens = rounded(source.tokenTable, tokenPeaks, kTokenPeak);
  op.places = rounded(places, placePeaks, kWidePeak);
  for (uint32_t c = 0; c < op.cols; ++c) {
    op.tokenScale[c] = scaleFromReal(tokenPeaks[c] / kTokenPeak / step, op.name);
    op.placeScale[c] = scaleFromReal(placePeaks[c] / kWidePeak / step, op.name);
  }
  return step;
}

}  // namespace intformer::quantizer
