#include "sw/classify/apply_head.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace intformer::classify {

using floating::FloatMatrix;
using importer::ScoreFunction;

namespace {

void applyLinear(const floating::AffineMap& op, const float* input, float* output) {
  std::vector<double> sums(op.bias.begin(), op.bias.end());
  const float* weight = op.weights.data();
  for (uint32_t k = 0; k < op.depth; ++k)
    for (uint32_t c = 0; c < op.cols; ++c) sums[c] += double{input[k]} * *weight++;
  std::ranges::transform(sums, output, [](double sum) { return static_cast<float>(sum); });
}

}  // namespace

FloatMatrix applyHead(const importer::Head& head, const FloatMatrix& states, uint32_t firstRow,
                      uint32_t tokens) {
  const uint32_t rows = head.kind == importer::HeadKind::Tokens ? tokens : 1;
  FloatMatrix input(rows, states.cols);
  if (head.pooler) {
    applyLinear(*head.pooler, states.row(firstRow), input.row(0));
    for (float& value : input.data) value = std::tanh(value);
  } else {
    std::copy_n(states.row(firstRow), input.data.size(), input.data.begin());
  }
  if (!head.classifier) return input;
  FloatMatrix logits(rows, head.classifier->cols);
  for (uint32_t row = 0; row < rows; ++row)
    applyLinear(*head.classifier, input.row(row), logits.row(row));
  return logits;
}

void applyFunction(ScoreFunction function, std::span<float> row) {
  switch (function) {
    case ScoreFunction::None: return;
    case ScoreFunction::Tanh:
      for (float& value : row) value = std::tanh(value);
      return;
    case ScoreFunction::Sigmoid:
      for (float& value : row) value = static_cast<float>(1 / (1 + std::exp(-double{value})));
      return;
    case ScoreFunction::Softmax: {
      const double highest = std::ranges::max(row);
      double sum = 0;
      for (const float value : row) sum += std::exp(value - highest);
      for (float& value : row) value = static_cast<float>(std::exp(value - highest) / sum);
    }
  }
}

}  // namespace intformer::classify
