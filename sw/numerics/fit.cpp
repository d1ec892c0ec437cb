#include "sw/numerics/fit.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "sw/numerics/softmax.hpp"

namespace intformer {
namespace {

struct Line {
  double offset;
  double error;  ///< largest distance from the values
};

/// The best offset for a slope, or the error of a given one. Convex in the slope.
Line bestOffset(const std::vector<double>& values, double slope, const double* fixed) {
  double low = values[0];
  double high = values[0];
  for (std::size_t f = 0; f < values.size(); ++f) {
    const double rest = values[f] - slope * static_cast<double>(f);
    low = std::min(low, rest);
    high = std::max(high, rest);
  }
  const double offset = fixed != nullptr ? *fixed : (low + high) / 2;
  return {offset, std::max(high - offset, offset - low)};
}

/// The line with the smallest largest error, its rise over all of the values; `fixed`: its offset.
std::pair<double, double> bestLine(const std::vector<double>& values, const double* fixed) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  double right = *high - *low + 1;  // no steeper line can be best
  double left = -right;
  for (int step = 0; step < 120; ++step) {  // ternary search: the error is convex in the slope
    const double third = (right - left) / 3;
    if (bestOffset(values, left + third, fixed).error <
        bestOffset(values, right - third, fixed).error)
      right -= third;
    else
      left += third;
  }
  return {bestOffset(values, left, fixed).offset, left * static_cast<double>(values.size())};
}

}  // namespace

PiecewiseLinear fitPiecewiseLinear(const std::function<double(double)>& value, unsigned segments,
                                   unsigned size, double first) {
  PiecewiseLinear fit;
  for (unsigned i = 0; i < segments; ++i) {
    std::vector<double> values;
    for (unsigned f = 0; f < size; ++f) values.push_back(value(i * size + f));
    const auto [offset, rise] = bestLine(values, i == 0 ? &first : nullptr);
    fit.a.push_back(static_cast<int>(std::lround(offset)));
    fit.b.push_back(static_cast<int>(std::lround(rise)));
  }
  return fit;
}

double activationInReals(ActivationKind kind, double x) {
  switch (kind) {
    case ActivationKind::Gelu: return x * std::erfc(-x / std::numbers::sqrt2) / 2;
    case ActivationKind::GeluTanh: {
      const double u = std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
      return x * (1 + std::tanh(u)) / 2;
    }
    case ActivationKind::QuickGelu: return x / (1 + std::exp(-1.702 * x));
    case ActivationKind::Silu: return x / (1 + std::exp(-x));
    case ActivationKind::Relu: return std::max(x, 0.0);
    case ActivationKind::Tanh: return std::tanh(x);
  }
  return 0;
}

ActivationTable fitActivation(ActivationKind kind) {
  const auto h = [&](double steps) {  // of |x|
    const double x = steps / 1024, y = activationInReals(kind, x);
    return (tableForm(kind) == TableForm::Odd ? y : x - y) * 16384;
  };
  ActivationTable table;
  for (unsigned i = 0; i < ActivationTable::kSegments; ++i) {
    std::vector<double> values;
    for (uint32_t f = 0; f < ActivationTable::width(i); ++f)
      values.push_back(h(ActivationTable::begin(i) + f));
    const double zero = 0;
    const auto [offset, rise] = bestLine(values, i == 0 ? &zero : nullptr);
    table.a[i] = static_cast<int16_t>(
        std::clamp(std::lround(offset), -ActivationTable::kOffsetEnd, ActivationTable::kOffsetEnd - 1));
    table.b[i] = static_cast<int16_t>(std::lround(rise));
  }
  return table;
}

double geluTail(double magnitude) { return magnitude * std::erfc(magnitude / std::sqrt(2.0)) / 2; }

PiecewiseLinear fitGelu() {
  const auto h = [](double x) { return geluTail(x / 1024) * 16384; };
  return fitPiecewiseLinear(h, 32, 128, 0);
}

PiecewiseLinear fitExp() {
  const auto t = [](double g) { return kExpOne * std::exp2(-g / 256); };
  return fitPiecewiseLinear(t, 16, 16, kExpOne);
}

}  // namespace intformer
