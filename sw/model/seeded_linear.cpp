#include <algorithm>
#include <cmath>
#include <numeric>

#include "sw/golden/golden.hpp"
#include "sw/model/seeded_builder.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer::model {
double rootMeanSquare(const std::vector<int32_t>& values) {
  double sum = 0;
  for (const int32_t v : values) sum += static_cast<double>(v) * v;
  return std::max(1.0, std::sqrt(sum / static_cast<double>(values.size())));
}

SeededBuilder::SeededBuilder(const ModelSpec& spec, const std::vector<uint32_t>& lengths,
                             uint64_t seed, Integers integers)
    : spec_(spec),
      lengths_(lengths),
      seq_(std::accumulate(lengths.begin(), lengths.end(), 0U)),
      drawn_(integers == Integers::Drawn),
      seed_(seed),
      random_(seed ^ 0x77656967687473) {
  graph_.name = spec.name;
}

TensorId SeededBuilder::addTensor(const std::string& name, ElementType type, uint32_t cols,
                                  TensorRole role, uint32_t groupCols, uint32_t rows) {
  values_.emplace_back();
  return graph_.addTensor({name, type, rows != 0 ? rows : seq_, cols, role, groupCols});
}

Linear SeededBuilder::drawLinear(const std::string& name, TensorId input, TensorId output,
                                 uint32_t depth, uint32_t cols,
                                 const std::vector<int8_t>& inputZero) {
  Linear op;
  op.name = name;
  op.input = input;
  op.output = output;
  op.depth = depth;
  op.cols = cols;
  if (!drawn_) return op;
  op.weights.resize(std::size_t{depth} * cols);
  for (std::size_t i = 0; i < op.weights.size(); i += 2) {
    const uint64_t v = random_.next();
    const uint64_t pairs = (v & 0x00ff00ff00ff00ff) + (v >> 8 & 0x00ff00ff00ff00ff);
    const auto weight = [](uint64_t twoPairs) {
      const auto sum = static_cast<int>((twoPairs & 0xffff) + (twoPairs >> 16 & 0xffff));
      return static_cast<int8_t>((sum - 510) * 111 >> 9);
    };
    op.weights[i] = weight(pairs);
    if (i + 1 < op.weights.size()) op.weights[i + 1] = weight(pairs >> 32);
  }
  for (uint32_t c = 0; c < cols; ++c)
    op.weights[std::size_t{random_.below(depth)} * cols + c] =
        random_.next() % 2 == 0 ? int8_t{127} : int8_t{-127};
  op.bias.assign(cols, 0);
  for (uint32_t k = 0; k < inputZero.size(); ++k)
    for (uint32_t c = 0; c < cols; ++c)
      op.bias[c] -= inputZero[k] * op.weights[std::size_t{k} * cols + c];
  return op;
}

double SeededBuilder::addBias(Linear& op, std::vector<int32_t>& sums, double mean,
                              double deviation) {
  const double size = rootMeanSquare(sums);
  for (uint32_t c = 0; c < op.cols; ++c) {
    const auto bias =
        static_cast<int32_t>(std::lround((mean + deviation * random_.normal()) * size));
    op.bias[c] += bias;
    for (std::size_t at = c; at < sums.size(); at += op.cols) sums[at] += bias;
  }
  return size;
}

void SeededBuilder::finish(Operator op) {
  if (drawn_) golden::runOperator(graph_, op, values_, Family::Pwl);
  graph_.operators.push_back(std::move(op));
}

std::vector<Scale> SeededBuilder::fitGroups(const std::vector<int32_t>& sums, uint32_t cols,
                                            uint32_t groupCols, const std::string& name) {
  std::vector<Scale> scales;
  for (uint32_t first = 0; first < cols; first += groupCols) {
    std::vector<double> channel(groupCols);
    double peak = 1;
    for (uint32_t c = 0; c < groupCols; ++c) {
      channel[c] = spread(0.25);
      for (std::size_t at = first + c; at < sums.size(); at += cols)
        peak = std::max(peak, std::abs(sums[at] * channel[c]));
    }
    for (const double c : channel) scales.push_back(scaleFromReal(127 / peak * c, name));
  }
  return scales;
}

TensorId SeededBuilder::addRequantized(const std::string& name, const Operand& input,
                                       uint32_t cols, uint32_t groupCols, TensorRole role) {
  const TensorId output = addTensor(name, ElementType::Int8, cols, role, groupCols,
                                    graph_.tensors[input.tensor].rows);
  Linear op = drawLinear(name, input.tensor, output, input.depth, cols, input.zero);
  RequantizeEpilogue epilogue;
  epilogue.zero.assign(op.cols, 0);
  if (!drawn_) {
    epilogue.scale.assign(cols, kIdentityScale);
    op.epilogue = std::move(epilogue);
    finish(std::move(op));
    return output;
  }
  std::vector<int32_t> sums = golden::linearSums(graph_, op, values_);
  addBias(op, sums, 0, 0.2);
  epilogue.scale = fitGroups(sums, cols, groupCols, name);
  op.epilogue = std::move(epilogue);
  finish(std::move(op));
  return output;
}

namespace {

constexpr double kLeastRange = 0.17;  // of a channel that is 0 for all inputs

/// No result of the activation is below its negative.
double lowestOf(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::Silu: return 0.28;
    case ActivationKind::Relu: return 0;
    case ActivationKind::Tanh: return 1;
    default: return 0.17;  // the GELUs
  }
}

}  // namespace

TensorId SeededBuilder::addHidden(const std::string& name, std::vector<int8_t>& zero) {
  const TensorId output = addTensor(name, ElementType::Int8, spec_.ffn);
  Linear op = drawLinear(name, stream_.narrow, output, spec_.width, spec_.ffn, {});
  ActivationEpilogue epilogue;
  epilogue.kind = spec_.activation;
  if (!drawn_) {
    epilogue.input.assign(spec_.ffn, kIdentityScale);
    epilogue.output = epilogue.input;
    epilogue.zero.assign(spec_.ffn, 0);
    op.epilogue = std::move(epilogue);
    finish(std::move(op));
    return output;
  }
  std::vector<int32_t> sums = golden::linearSums(graph_, op, values_);
  const double size = addBias(op, sums, -0.4, 0.4);
  const double lowest = lowestOf(spec_.activation);
  std::vector<double> range(spec_.ffn, std::max(lowest, kLeastRange));
  for (uint32_t c = 0; c < spec_.ffn; ++c) {
    epilogue.input.push_back(scaleFromReal(1024 * spread(0.35) / size, name));
    for (uint32_t r = 0; r < seq_; ++r) {
      const auto x = static_cast<int16_t>(
          requantize<16>(sums[std::size_t{r} * spec_.ffn + c], epilogue.input[c]));
      range[c] = std::max(range[c], activation(x, spec_.activation, Family::Pwl) / 16384.0 + lowest);
    }
  }
  const std::vector<double> step = smoothedSteps(range, 255);
  for (uint32_t c = 0; c < spec_.ffn; ++c) {
    zero.push_back(saturate8(std::lround(lowest / step[c]) - 128));
    epilogue.output.push_back(scaleFromReal(1 / (16384 * step[c]), name));
  }
  epilogue.zero = zero;
  op.epilogue = std::move(epilogue);
  finish(std::move(op));
  return output;
}

}  // namespace intformer::model
