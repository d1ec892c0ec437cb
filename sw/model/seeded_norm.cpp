#include <algorithm>
#include <cmath>

#include "sw/golden/golden.hpp"
#include "sw/model/seeded_builder.hpp"
#include "sw/numerics/layernorm.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer::model {

std::vector<double> smoothedSteps(const std::vector<double>& peaks, double codes) {
  constexpr double kSmoothing = 0.65;
  std::vector<double> steps;
  double common = 0;
  for (const double peak : peaks) {
    const double bounded = std::max(peak, 1e-3);
    steps.push_back(std::pow(bounded, kSmoothing));
    common = std::max(common, bounded / steps.back() / codes);
  }
  for (double& step : steps) step *= common;
  return steps;
}

double SeededBuilder::addResidual(const std::string& name, const Operand& input) {
  const TensorId output = addTensor(name, ElementType::Int16, spec_.width);
  Linear op = drawLinear(name, input.tensor, output, input.depth, spec_.width, input.zero);
  if (!drawn_) {
    const std::vector<Scale> ones(spec_.width, kIdentityScale);
    op.epilogue = ResidualEpilogue{stream_.wide, ones, ones};
    finish(std::move(op));
    stream_.wide = output;
    return 1;
  }
  std::vector<int32_t> sums = golden::linearSums(graph_, op, values_);
  const double size = addBias(op, sums, 0, 0.1);
  const Tensor& identity = values_[stream_.wide];
  double typical = 0;  // mean magnitude of the identity
  for (uint32_t r = 0; r < seq_; ++r)
    for (uint32_t c = 0; c < spec_.width; ++c)
      typical += std::abs(identity.at(r, c) * stream_.step[c] / 256);
  typical /= static_cast<double>(identity.data.size());
  std::vector<double> branch(spec_.width);  // real value of one unit of the sum
  double peak = 0;
  for (uint32_t c = 0; c < spec_.width; ++c) {
    branch[c] = 0.7 * typical * spread(0.3) / size;
    peak = std::max(peak, branch[c]);  // of a single column, sums may cancel: one unit fits still
    for (uint32_t r = 0; r < seq_; ++r)
      peak = std::max(peak, std::abs(sums[std::size_t{r} * spec_.width + c] * branch[c] +
                                     identity.at(r, c) * stream_.step[c] / 256));
  }
  const double step = std::max(peak, 1e-3) * 1.05 / 32767;
  ResidualEpilogue epilogue;
  epilogue.identity = stream_.wide;
  for (uint32_t c = 0; c < spec_.width; ++c) {
    epilogue.product.push_back(scaleFromReal(branch[c] / step, name));
    epilogue.skip.push_back(scaleFromReal(stream_.step[c] / 256 / step, name));
  }
  op.epilogue = std::move(epilogue);
  finish(std::move(op));
  stream_.wide = output;
  return step;
}

void SeededBuilder::addNorm(const std::string& name, const std::string& tensor, double inputStep,
                            TensorRole role) {
  LayerNorm op;
  op.name = name;
  op.input = stream_.wide;
  if (!drawn_) {
    op.gain.assign(spec_.width, 0);
    op.offset.assign(spec_.width, 0);
    op.output8 = stream_.narrow = addTensor(tensor + "8", ElementType::Int8, spec_.width, role);
    op.output16 = stream_.wide = addTensor(tensor + "16", ElementType::Int16, spec_.width, role);
    finish(std::move(op));
    return;
  }
  op.epsilon = normEpsilon(spec_.epsilon, spec_.width, inputStep, name);
  std::vector<double> gamma(spec_.width), beta(spec_.width), peak(spec_.width);
  for (uint32_t c = 0; c < spec_.width; ++c) {
    gamma[c] = spread(0.2) * gain_[c];
    beta[c] = 0.2 * random_.normal();
  }
  const Tensor& in = values_[op.input];
  for (uint32_t r = 0; r < seq_; ++r) {
    double mean = 0, square = 0;
    for (uint32_t c = 0; c < spec_.width; ++c) mean += in.at(r, c);
    mean /= spec_.width;
    for (uint32_t c = 0; c < spec_.width; ++c) square += std::pow(in.at(r, c) - mean, 2);
    const double deviation = std::sqrt(square / spec_.width) + 1e-9;
    for (uint32_t c = 0; c < spec_.width; ++c)
      peak[c] = std::max(peak[c],
                         std::abs((in.at(r, c) - mean) / deviation * gamma[c] + beta[c]));
  }
  // One column is its own mean: beta alone comes out, and the gain must fit its scale all the same.
  if (spec_.width == 1) peak[0] += std::abs(gamma[0]);
  ActivationStream out;
  out.step = smoothedSteps(peak, 127);
  const NormAffine affine = normAffineFromReal(gamma, beta, out.step, name);
  op.shift = affine.shift;
  op.gain = affine.gain;
  op.offset = affine.offset;
  op.output8 = out.narrow = addTensor(tensor + "8", ElementType::Int8, spec_.width, role);
  op.output16 = out.wide = addTensor(tensor + "16", ElementType::Int16, spec_.width, role);
  finish(std::move(op));
  stream_ = std::move(out);
}

}  // namespace intformer::model
