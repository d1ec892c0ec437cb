#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace intformer::importer {

/// Extents of a tensor in a file.
using Shape = std::vector<uint64_t>;
/// "[30522, 384]"
std::string shapeText(const Shape& shape);
/// Elements of a shape; none when it does not fit 64 bits with room for any element size.
std::optional<uint64_t> elementCount(const Shape& shape);

}  // namespace intformer::importer
