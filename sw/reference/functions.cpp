#include "sw/reference/functions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace intformer::reference {

double gelu(double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; }

double activation(ActivationKind kind, double x) {
  const auto logistic = [](double v) { return 1 / (1 + std::exp(-v)); };
  switch (kind) {
    case ActivationKind::Gelu: return gelu(x);
    case ActivationKind::GeluTanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * std::pow(x, 3))));
    case ActivationKind::QuickGelu: return x * logistic(1.702 * x);
    case ActivationKind::Silu: return x * logistic(x);
    case ActivationKind::Relu: return x > 0 ? x : 0;
    case ActivationKind::Tanh: return std::tanh(x);
  }
  return 0;
}

double ibertGelu(double x) {
  constexpr double a = -0.2888;
  constexpr double b = -1.769;
  const double u = x / std::sqrt(2.0);
  const double polynomial = a * std::pow(std::min(std::abs(u), -b) + b, 2) + 1;
  return x / 2 * (1 + std::copysign(polynomial, u));
}

double ibertExp(double p) { return 0.3585 * (p + 1.353) * (p + 1.353) + 0.344; }

std::vector<double> linear(std::span<const double> input, std::span<const double> weights,
                           std::span<const double> bias, uint32_t rows, uint32_t depth,
                           uint32_t cols) {
  std::vector<double> out(std::size_t{rows} * cols);
  for (std::size_t r = 0; r < rows; ++r) {
    double* const row = out.data() + r * cols;
    std::copy(bias.begin(), bias.end(), row);
    for (std::size_t k = 0; k < depth; ++k)
      for (std::size_t c = 0; c < cols; ++c) row[c] += input[r * depth + k] * weights[k * cols + c];
  }
  return out;
}

std::vector<double> attention(std::span<const double> logits, std::span<const double> values,
                              uint32_t width) {
  std::vector<double> out(width);
  double peak = -std::numeric_limits<double>::infinity();
  for (const double logit : logits) peak = std::max(peak, logit);
  double sum = 0;
  for (std::size_t j = 0; j < logits.size(); ++j) {
    const double weight = std::exp(logits[j] - peak);
    sum += weight;
    for (std::size_t c = 0; c < width; ++c) out[c] += weight * values[j * width + c];
  }
  for (std::size_t c = 0; c < width && sum > 0; ++c) out[c] /= sum;
  return out;
}

std::vector<double> layerNorm(std::span<const double> row, std::span<const double> gamma,
                              std::span<const double> beta, double epsilon) {
  const auto count = static_cast<double>(row.size());
  double mean = 0;
  for (const double x : row) mean += x / count;
  double variance = 0;
  for (const double x : row) variance += (x - mean) * (x - mean) / count;
  std::vector<double> out(row.size());
  for (std::size_t c = 0; c < row.size(); ++c)
    out[c] = (row[c] - mean) / std::sqrt(variance + epsilon) * gamma[c] + beta[c];
  return out;
}

std::vector<double> rmsNorm(std::span<const double> row, std::span<const double> gamma,
                            double epsilon) {
  double square = 0;
  for (const double x : row) square += x * x / static_cast<double>(row.size());
  std::vector<double> out(row.size());
  for (std::size_t c = 0; c < row.size(); ++c)
    out[c] = row[c] / std::sqrt(square + epsilon) * gamma[c];
  return out;
}

}  // namespace intformer::reference
