#include <algorithm>

#include "sw/golden/detail.hpp"

namespace intformer::golden {
namespace {

void checkTable(const Embedding& op, const std::vector<int16_t>& table, uint32_t rows,
                const std::vector<Scale>& scales) {
  require(op.cols >= 1 && rows >= 1 && table.size() == std::size_t{rows} * op.cols, op.name,
          "has a table of the wrong size");
  require(scales.size() == op.cols &&
              std::ranges::all_of(scales, [](const Scale& scale) {
                return scale.shift >= 1 && scale.shift <= kMaxScaleShift;
              }),
          op.name, "needs a scale per column and table, with shifts in 1..47");
}

/// The row numbers of a list, each below `limit`.
const Tensor& rowList(const Graph& graph, const TensorValues& values, TensorId id, uint32_t limit,
                      const std::string& op) {
  const Tensor& list = input(graph, values, id, op);
  require(list.type == ElementType::Index && list.cols == 2, op,
          "needs lists of row numbers: type Index, two columns");
  for (uint32_t r = 0; r < list.rows; ++r)
    require(list.index(r) < limit, op, "a row number lies beyond its table");
  return list;
}

}  // namespace

void run(const Graph& graph, const Embedding& op, TensorValues& values, Family) {
  checkTable(op, op.tokens, op.vocabulary, op.tokenScale);
  checkTable(op, op.places, op.placeCount, op.placeScale);
  const Tensor& token = rowList(graph, values, op.token, op.vocabulary, op.name);
  const Tensor& place = rowList(graph, values, op.place, op.placeCount, op.name);
  Tensor& out = output(graph, values, op.output, op.name);
  require(out.type == ElementType::Int16 && out.cols == op.cols && out.rows == token.rows &&
              out.rows == place.rows,
          op.name, "the output has the wrong shape or type");
  for (uint32_t r = 0; r < out.rows; ++r) {
    const int16_t* const first = &op.tokens[std::size_t{token.index(r)} * op.cols];
    const int16_t* const second = &op.places[std::size_t{place.index(r)} * op.cols];
    for (uint32_t c = 0; c < op.cols; ++c) {
      require(first[c] >= -8192 && first[c] <= 8191, op.name, "a token's value exceeds 14 bits");
      out.at(r, c) = residual(first[c], op.tokenScale[c], second[c], op.placeScale[c]);
    }
  }
}

}  // namespace intformer::golden
