#pragma once

#include <string>

#include "sw/float/float_matrix.hpp"

namespace intformer::embed {

/// The matrix as the bytes of a NumPy file: format 1.0, little-endian float32, C order.
std::string npyBytes(const floating::FloatMatrix& matrix);

}  // namespace intformer::embed
