#include "sw/import/shape.hpp"

namespace intformer::importer {

std::string shapeText(const Shape& shape) {
  std::string text = "[";
  for (const uint64_t extent : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

std::optional<uint64_t> elementCount(const Shape& shape) {
  uint64_t count = 1;
  for (const uint64_t extent : shape) {
    if (extent != 0 && count > (uint64_t{1} << 56) / extent) return std::nullopt;
    count *= extent;
  }
  return count;
}

}  // namespace intformer::importer
