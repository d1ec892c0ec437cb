#include "sw/embed/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace intformer::embed {

using floating::FloatMatrix;

FloatMatrix pool(const FloatMatrix& states, std::span<const uint32_t> lengths,
                 const importer::Pooling& pooling) {
  FloatMatrix result(static_cast<uint32_t>(lengths.size()), states.cols);
  std::vector<double> sum(states.cols);
  uint32_t row = 0;
  for (uint32_t sentence = 0; sentence < result.rows; ++sentence) {
    const uint32_t used = pooling.mode == importer::PoolingMode::Mean ? lengths[sentence] : 1;
    std::ranges::fill(sum, 0.0);
    for (uint32_t r = 0; r < used; ++r)
      for (uint32_t c = 0; c < states.cols; ++c) sum[c] += states.row(row + r)[c];
    double scale = 1.0 / used;
    if (pooling.normalize) {
      double squares = 0;
      for (const double value : sum) squares += value * value;
      scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    }
    for (uint32_t c = 0; c < states.cols; ++c)
      result.row(sentence)[c] = static_cast<float>(sum[c] * scale);
    row += lengths[sentence];
  }
  return result;
}

}  // namespace intformer::embed
