#include <algorithm>

#include "sw/golden/detail.hpp"
#include "sw/golden/gemm.hpp"
#include "sw/numerics/softmax.hpp"
#include "sw/parallel/parallel.hpp"

namespace intformer::golden {
namespace {

struct Interval {
  uint32_t low;
  uint32_t high;
};

Interval validColumns(const Mask& mask, uint32_t row, uint32_t cols) {
  const int64_t moved = row;
  const int64_t low = std::clamp<int64_t>(mask.low + (mask.lowMoves ? moved : 0), 0, cols);
  const int64_t high = std::clamp<int64_t>(mask.high + (mask.highMoves ? moved : 0), low, cols);
  return {static_cast<uint32_t>(low), static_cast<uint32_t>(high)};
}

/// Logits of one row -> unnormalized weights, 0 where masked; returns their sum.
uint32_t weightsOfRow(const Attention& op, uint32_t row, Scale logit, Family family,
                      const int32_t* sums, int16_t* weights) {
  const Interval valid = validColumns(op.mask, row, op.rows);
  std::fill(weights, weights + op.rows, int16_t{0});
  if (valid.low == valid.high) return 0;
  std::vector<int32_t> t(op.rows);
  int32_t reference = INT32_MIN;
  for (uint32_t j = valid.low; j < valid.high; ++j) {
    t[j] = static_cast<int32_t>(requantize<16>(sums[j], logit));
    reference = std::max(reference, t[j]);
  }
  uint32_t sum = 0;
  for (uint32_t j = valid.low; j < valid.high; ++j) {
    const uint8_t e =
        exp8(exp16(static_cast<uint32_t>(reference - t[j]), family), row, j, op.dither);
    weights[j] = e;
    sum += e;
  }
  return sum;
}

void runHead(const Attention& op, const TensorValues& values, Family family, uint32_t head,
             Tensor& weights, Tensor& out) {
  const uint32_t rows = op.rows;
  const auto operand = [&](TensorId id) {
    const Tensor& tensor = values[id];
    return GemmOperand{tensor.data.data() + std::size_t{op.firstRow} * tensor.cols +
                           std::size_t{head} * op.headWidth,
                       tensor.cols};
  };
  std::vector<int32_t> sums(std::size_t{rows} * rows);
  gemm(operand(op.query), operand(op.key), rows, rows, op.headWidth, sums.data(), rows);

  std::vector<SoftmaxRow> scalars(rows);
  int16_t* const e = weights.data.data() + std::size_t{head} * rows * rows;
  for (uint32_t i = 0; i < rows; ++i) {
    const std::size_t at = std::size_t{i} * rows;
    const uint32_t sum = weightsOfRow(op, i, op.logit[head], family, sums.data() + at, e + at);
    scalars[i] = softmaxRow(sum, op.result[head]);
  }

  const GemmOperand value = operand(op.value);
  std::vector<int16_t> valueColumns(std::size_t{op.headWidth} * rows);
  for (uint32_t j = 0; j < rows; ++j)
    for (uint32_t c = 0; c < op.headWidth; ++c)
      valueColumns[std::size_t{c} * rows + j] = value.data[j * value.stride + c];
  std::vector<int32_t> products(std::size_t{rows} * op.headWidth);
  gemm({e, rows}, {valueColumns.data(), rows}, rows, op.headWidth, rows, products.data(),
       op.headWidth);
  for (uint32_t i = 0; i < rows; ++i)
    for (uint32_t c = 0; c < op.headWidth; ++c)
      out.at(op.firstRow + i, head * op.headWidth + c) =
          rowNormalize(products[std::size_t{i} * op.headWidth + c], scalars[i]);
}

}  // namespace

void run(const Graph& graph, const Attention& op, TensorValues& values, Family family) {
  for (const TensorId id : {op.query, op.key, op.value})
    static_cast<void>(input(graph, values, id, op.name));
  Tensor& weights = output(graph, values, op.weights);
  Tensor& out = output(graph, values, op.output);
  parallel::parallelFor(op.heads, 1, [&](uint32_t begin, uint32_t end) {
    for (uint32_t head = begin; head < end; ++head)
      runHead(op, values, family, head, weights, out);
  });
}

}  // namespace intformer::golden
