#include "sw/itf/float_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "sw/import/safetensors.hpp"

namespace intformer::itf {

std::vector<float> readFloats(const ItfFile& file, const std::string& name,
                              const floating::ParameterShape& shape) {
  const std::span<const uint8_t> bytes = file.section(name);
  uint64_t count = 1;
  for (const uint64_t extent : shape) count *= extent;
  if (bytes.size() != count * sizeof(float))
    file.refuse(fmt::format("section {} has {} bytes, the shape {} asks for {}", name, bytes.size(),
                            importer::shapeText(shape), count * sizeof(float)));
  std::vector<float> values(count);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
    file.refuse(fmt::format("section {} holds a value that is not finite", name));
  return values;
}

}  // namespace intformer::itf
