#include "sw/accuracy/agreement.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sw/embed/corpus.hpp"
#include "sw/float/matrix.hpp"
#include "sw/quantizer/quantized_model.hpp"

namespace intformer::accuracy {

using embed::Neighbour;
using floating::FloatMatrix;
using floating::Matrix;

namespace {

constexpr std::size_t kBest = 5;

/// The rows that are nearest to a query, nearest first.
std::vector<Neighbour> nearestRows(const Eigen::Ref<const Eigen::RowVectorXf>& similarities) {
  std::vector<Neighbour> rows;
  for (Eigen::Index row = 0; row < similarities.size(); ++row)
    rows.push_back({static_cast<uint32_t>(row), similarities[row]});
  return embed::nearest(std::move(rows), kBest);
}

/// Cosines of every query to every line: rows have length 1 or are made so.
Matrix similarities(const FloatMatrix& embeddings, uint32_t queries) {
  const Matrix unit = floating::view(embeddings).rowwise().normalized();
  const Eigen::Index lines = unit.rows() - queries;
  return floating::product(unit.topRows(queries), unit.bottomRows(lines).transpose());
}

}  // namespace

Agreement agreement(const FloatMatrix& reference, const FloatMatrix& embeddings,
                    uint32_t queries) {
  Agreement result;
  result.cosines = quantizer::rowCosines(reference, embeddings);
  result.mean = std::accumulate(result.cosines.begin(), result.cosines.end(), 0.0) /
                static_cast<double>(std::max<std::size_t>(1, result.cosines.size()));
  result.worst = result.cosines.empty() ? 0 : std::ranges::min(result.cosines);
  if (queries == 0 || reference.rows <= queries) return result;
  const Matrix expected = similarities(reference, queries);
  const Matrix found = similarities(embeddings, queries);
  for (Eigen::Index q = 0; q < queries; ++q) {
    const uint32_t wanted = nearestRows(expected.row(q)).front().row;
    const std::vector<Neighbour> best = nearestRows(found.row(q));
    result.sameNearest += best.front().row == wanted ? 1 : 0;
    result.nearestInFive += std::ranges::count(best, wanted, &Neighbour::row) != 0 ? 1 : 0;
  }
  result.sameNearest /= queries;
  result.nearestInFive /= queries;
  return result;
}

}  // namespace intformer::accuracy
