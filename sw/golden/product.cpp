#include <vector>

#include "sw/golden/detail.hpp"
#include "sw/golden/gemm.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::golden {
namespace {

/// Columns of a matrix as rows.
std::vector<int16_t> transposed(const Tensor& matrix) {
  std::vector<int16_t> result(matrix.data.size());
  parallel::parallelFor(matrix.cols, 32, [&](uint32_t begin, uint32_t end) {
    for (uint32_t row = 0; row < matrix.rows; ++row)
      for (uint32_t col = begin; col < end; ++col)
        result[std::size_t{col} * matrix.rows + row] = matrix.at(row, col);
  });
  return result;
}

}  // namespace

std::vector<int32_t> productSums(const Graph& graph, const Product& op,
                                 const TensorValues& values) {
  const Tensor& left = input(graph, values, op.left, op.name);
  const Tensor& right = input(graph, values, op.right, op.name);
  const uint32_t cols = graph.tensors[op.output].cols;
  const std::vector<int16_t> turned = op.rightTransposed ? std::vector<int16_t>() : transposed(right);
  const int16_t* const columns = op.rightTransposed ? right.data.data() : turned.data();
  std::vector<int32_t> sums(std::size_t{left.rows} * cols);
  parallel::parallelFor(cols, 64, [&](uint32_t begin, uint32_t end) {
    gemm({left.data.data(), left.cols}, {columns + std::size_t{begin} * left.cols, left.cols},
         left.rows, end - begin, left.cols, sums.data() + begin, cols);
  });
  return sums;
}

void run(const Graph& graph, const Product& op, TensorValues& values, Family) {
  const std::vector<int32_t> sums = productSums(graph, op, values);
  Tensor& out = output(graph, values, op.output);
  const RequantizeEpilogue& e = op.epilogue;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t c = i % out.cols;
    out.data[i] = static_cast<int16_t>(
        out.type == ElementType::Int8 ? requantize<8>(sums[i], e.scale[c], e.zero[c])
                                      : requantize<16>(sums[i], e.scale[c], e.zero[c]));
  }
}

}  // namespace intformer::golden
