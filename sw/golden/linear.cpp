#include <algorithm>

#include "sw/golden/detail.hpp"
#include "sw/golden/gemm.hpp"
#include "sw/numerics/activation.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::golden {
namespace {

/// Columns [begin, end) of the weights as rows of int16.
std::vector<int16_t> transposed(const Linear& op, uint32_t begin, uint32_t end) {
  constexpr uint32_t kTile = 32;  // both sides of a tile stay in the first-level cache
  std::vector<int16_t> result(std::size_t{end - begin} * op.depth);
  for (uint32_t k0 = 0; k0 < op.depth; k0 += kTile)
    for (uint32_t c0 = begin; c0 < end; c0 += kTile)
      for (uint32_t c = c0; c < std::min(end, c0 + kTile); ++c)
        for (uint32_t k = k0; k < std::min(op.depth, k0 + kTile); ++k)
          result[std::size_t{c - begin} * op.depth + k] = op.weights[std::size_t{k} * op.cols + c];
  return result;
}

/// Applies element(acc, row, column) to every sum.
template <typename Element>
void forEach(const std::vector<int32_t>& sums, Tensor& out, Element element) {
  parallel::parallelFor(out.rows, 8, [&](uint32_t begin, uint32_t end) {
    for (uint32_t r = begin; r < end; ++r)
      for (uint32_t c = 0; c < out.cols; ++c)
        out.at(r, c) = static_cast<int16_t>(element(sums[std::size_t{r} * out.cols + c], r, c));
  });
}

struct EpilogueRunner {
  const Graph& graph;
  const Linear& op;
  TensorValues& values;
  Family family;
  const std::vector<int32_t>& sums;
  Tensor& out;

  void operator()(const RequantizeEpilogue& e) const {
    if (out.type == ElementType::Int8)
      forEach(sums, out, [&](int64_t acc, uint32_t, uint32_t c) {
        return requantize<8>(acc, e.scale[c], e.zero[c]);
      });
    else
      forEach(sums, out, [&](int64_t acc, uint32_t, uint32_t c) {
        return requantize<16>(acc, e.scale[c], e.zero[c]);
      });
  }
  void operator()(const ActivationEpilogue& e) const {
    forEach(sums, out, [&](int64_t acc, uint32_t, uint32_t c) {
      return activate(acc, e.input[c], e.output[c], e.zero[c], e.kind, family);
    });
  }
  void operator()(const ResidualEpilogue& e) const {
    const Tensor& identity = input(graph, values, e.identity, op.name);
    forEach(sums, out, [&](int64_t acc, uint32_t r, uint32_t c) {
      return residual(acc, e.product[c], identity.at(r, c), e.skip[c]);
    });
  }
};

}  // namespace

void run(const Graph& graph, const Linear& op, TensorValues& values, Family family) {
  const std::vector<int32_t> sums = linearSums(graph, op, values);
  Tensor& out = output(graph, values, op.output);
  match(op.epilogue, EpilogueRunner{graph, op, values, family, sums, out});
}

std::vector<int32_t> linearSums(const Graph& graph, const Linear& op, const TensorValues& values) {
  const Tensor& in = input(graph, values, op.input, op.name);
  std::vector<int32_t> sums(std::size_t{in.rows} * op.cols);
  parallel::parallelFor(op.cols, 64, [&](uint32_t begin, uint32_t end) {
    const std::vector<int16_t> weights = transposed(op, begin, end);
    gemm({in.data.data(), in.cols}, {weights.data(), op.depth}, in.rows, end - begin, op.depth,
         sums.data() + begin, op.cols);
  });
  for (uint32_t r = 0; r < in.rows; ++r)
    for (uint32_t c = 0; c < op.cols; ++c) sums[std::size_t{r} * op.cols + c] += op.bias[c];
  return sums;
}

}  // namespace intformer::golden
