#include "sw/numerics/fit.hpp"

#include <cmath>

#include "sw/numerics/softmax.hpp"

namespace intformer {

PiecewiseLinear fitPiecewiseLinear(const std::function<double(double)>& value, unsigned segments,
                                   unsigned size, double first) {
  PiecewiseLinear fit;
  for (unsigned i = 0; i < segments; ++i) {
    double sf = 0, sff = 0, sv = 0, sfv = 0;
    for (unsigned f = 0; f < size; ++f) {
      const double v = value(i * size + f);
      sf += f;
      sff += static_cast<double>(f) * f;
      sv += v;
      sfv += f * v;
    }
    double a = first;
    double slope = (sfv - first * sf) / sff;
    if (i > 0) {
      slope = (size * sfv - sf * sv) / (size * sff - sf * sf);
      a = (sv - slope * sf) / size;
    }
    fit.a.push_back(static_cast<int>(std::lround(a)));
    fit.b.push_back(static_cast<int>(std::lround(slope * size)));
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
