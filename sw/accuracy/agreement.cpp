#include "sw/accuracy/agreement.hpp"

#include <algorithm>
#include <numeric>

#include "sw/quantizer/matrix.hpp"
#include "sw/quantizer/quantized_bert.hpp"

namespace intformer {
namespace {

constexpr std::ptrdiff_t kBest = 5;

/// The rows that are nearest to a query, nearest first.
std::vector<uint32_t> nearestRows(const Eigen::Ref<const Eigen::RowVectorXf>& similarities) {
  std::vector<uint32_t> order(static_cast<std::size_t>(similarities.size()));
  std::iota(order.begin(), order.end(), 0U);
  const auto count = std::min<std::ptrdiff_t>(kBest, std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](uint32_t a, uint32_t b) {
                      return similarities[a] > similarities[b] ||
                             (similarities[a] == similarities[b] && a < b);
                    });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

/// Cosines of every query to every line: rows have length 1 or are made so.
Matrix similarities(const FloatMatrix& embeddings, uint32_t queries) {
  const Matrix unit = view(embeddings).rowwise().normalized();
  const Eigen::Index lines = unit.rows() - queries;
  return product(unit.topRows(queries), unit.bottomRows(lines).transpose());
}

}  // namespace

Agreement agreement(const FloatMatrix& reference, const FloatMatrix& embeddings,
                    uint32_t queries) {
  Agreement result;
  result.cosines = rowCosines(reference, embeddings);
  result.mean = std::accumulate(result.cosines.begin(), result.cosines.end(), 0.0) /
                static_cast<double>(std::max<std::size_t>(1, result.cosines.size()));
  result.worst = result.cosines.empty() ? 0 : std::ranges::min(result.cosines);
  if (queries == 0 || reference.rows <= queries) return result;
  const Matrix expected = similarities(reference, queries);
  const Matrix found = similarities(embeddings, queries);
  for (Eigen::Index q = 0; q < queries; ++q) {
    const uint32_t nearest = nearestRows(expected.row(q)).front();
    const std::vector<uint32_t> best = nearestRows(found.row(q));
    result.sameNearest += best.front() == nearest ? 1 : 0;
    result.nearestInFive += std::ranges::count(best, nearest) != 0 ? 1 : 0;
  }
  result.sameNearest /= queries;
  result.nearestInFive /= queries;
  return result;
}

}  // namespace intformer
