#include <fmt/core.h>

#include "sw/golden/detail.hpp"

namespace intformer::golden {
namespace {

/// The row numbers of a list, each below `limit`.
const Tensor& rowList(const Graph& graph, const TensorValues& values, TensorId id, uint32_t limit,
                      const std::string& op) {
  const Tensor& list = input(graph, values, id, op);
  for (uint32_t r = 0; r < list.rows; ++r)
    if (list.index(r) >= limit)
      require(false, op, fmt::format("{}[{}] {}: its table has {} rows", graph.tensors[id].name, r,
                                     list.index(r), limit));
  return list;
}

}  // namespace

void run(const Graph& graph, const Embedding& op, TensorValues& values, Family) {
  const Tensor& token = rowList(graph, values, op.token, op.vocabulary, op.name);
  const Tensor& place = rowList(graph, values, op.place, op.placeCount, op.name);
  Tensor& out = output(graph, values, op.output);
  for (uint32_t r = 0; r < out.rows; ++r) {
    const int16_t* const first = &op.tokens[std::size_t{token.index(r)} * op.cols];
    const int16_t* const second = &op.places[std::size_t{place.index(r)} * op.cols];
    for (uint32_t c = 0; c < op.cols; ++c)
      out.at(r, c) = residual(first[c], op.tokenScale[c], second[c], op.placeScale[c]);
  }
}

}  // namespace intformer::golden
