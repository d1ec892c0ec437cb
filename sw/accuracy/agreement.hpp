#pragma once

#include <cstdint>
#include <vector>

#include "sw/float/float_matrix.hpp"

namespace intformer::accuracy {

/// How well embeddings agree with float32's of the same sentences.
struct Agreement {
  std::vector<double> cosines;  ///< per sentence
  double mean = 0;              ///< of them
  double worst = 0;
  double sameNearest = 0;   ///< share of queries whose nearest line is float32's
  double nearestInFive = 0; ///< share of queries with float32's nearest among the best five
};

/// The first `queries` rows are queries, the others the lines that they look for. Of lines that are
/// equally near the first counts.
Agreement agreement(const floating::FloatMatrix& reference, const floating::FloatMatrix& embeddings,
                    uint32_t queries);

}  // namespace intformer::accuracy
