#pragma once

#include <string>
#include <vector>

#include "sw/float/parameters.hpp"
#include "sw/itf/container.hpp"

namespace intformer::itf {

/// A section's values; refuses through the file what has not the shape's size or is not finite.
std::vector<float> readFloats(const ItfFile& file, const std::string& name,
                              const floating::ParameterShape& shape);

}  // namespace intformer::itf
