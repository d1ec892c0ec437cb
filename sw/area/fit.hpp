#pragma once

#include <span>
#include <vector>

#include "sw/area/measured.hpp"
#include "sw/area/table.hpp"

namespace intformer::area {

/// x >= 0 with the least squared error of rows * x = values (Lawson and Hanson). Rows are as long
/// as x.
std::vector<double> nonNegativeLeastSquares(const std::vector<std::vector<double>>& rows,
                                            const std::vector<double>& values);

/// The coefficients of every family that was measured, and how far off each device is when it is
/// predicted from the others. A device's error counts relative to the whole device.
Table fitTable(std::span<const Measured> all);

}  // namespace intformer::area
