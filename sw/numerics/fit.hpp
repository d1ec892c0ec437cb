#pragma once

#include <functional>
#include <vector>

#include "sw/numerics/activation_table.hpp"

/// Where the coefficient tables come from.
namespace intformer {

/// Straight lines over equal segments of an integer grid: in segment i,
/// value(x) ~ a[i] + b[i]*f/size for f = x - i*size in 0..size-1.
struct PiecewiseLinear {
  std::vector<int> a;
  std::vector<int> b;
};

/// The lines with the smallest largest error on the grid, segment by segment, coefficients rounded
/// to nearest. `first` fixes a[0].
PiecewiseLinear fitPiecewiseLinear(const std::function<double(double)>& value, unsigned segments,
                                   unsigned size, double first);

/// An activation in reals, GELU with the exact error function.
double activationInReals(ActivationKind kind, double x);
/// The fit behind activationTable(): segments as ActivationTable has them at LSB 2^-10, result LSB
/// 2^-14, a[0] = 0, coefficients that the device holds.
ActivationTable fitActivation(ActivationKind kind);

/// h(|x|) = relu(x) - GELU(x) = |x| * erfc(|x| / sqrt 2) / 2, both in reals.
double geluTail(double magnitude);
/// The fit behind GeluPwl: 32 segments of 128 at LSB 2^-10, result LSB 2^-14, a[0] = 0.
PiecewiseLinear fitGelu();
/// The fit behind ExpPwl: 16 segments of 16, 65280 * 2^(-g/256), a[0] = 65280; b = -EB.
PiecewiseLinear fitExp();

}  // namespace intformer
