#include "sw/numerics/fit.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace

PiecewiseLinear fitPiecewiseLinear(const std::function<double(double)>& value, unsigned segments,
                                   unsigned size, double first) {
  PiecewiseLinear fit;
  for (unsigned i = 0; i < segments; ++i) {
    std::vector<double> values;
    for (unsigned f = 0; f < size; ++f) values.push_back(value(i * size + f));
    const double* const fixed = i == 0 ? &first : nullptr;
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
    fit.a.push_back(static_cast<int>(std::lround(bestOffset(values, left, fixed).offset)));
    fit.b.push_back(static_cast<int>(std::lround(left * size)));
  }
  return fit;
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
