#include "sw/import/float_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "sw/import/float_formats.hpp"

namespace intformer::importer {

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read as they lie");

template <typename Convert>
std::vector<float> widened(std::string_view bytes, const Convert& convert) {
  std::vector<float> values(bytes.size() / sizeof(uint16_t));
  for (std::size_t i = 0; i < values.size(); ++i) {
    uint16_t bits = 0;
    std::memcpy(&bits, bytes.data() + i * sizeof bits, sizeof bits);
    values[i] = convert(bits);
  }
  return values;
}

std::vector<float> asTheyLie(std::string_view bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace

std::vector<float> floatValues(std::string_view bytes, FloatFormat format,
                               const std::string& what) {
  std::vector<float> values = format == FloatFormat::Float32   ? asTheyLie(bytes)
                              : format == FloatFormat::Float16 ? widened(bytes, fromFloat16)
                                                               : widened(bytes, fromBfloat16);
  const auto wrong = std::ranges::find_if(values, [](float v) { return !std::isfinite(v); });
  if (wrong != values.end())
    throw files::ImportError(
        fmt::format("{} holds {} at element {}", what, *wrong, wrong - values.begin()));
  return values;
}

}  // namespace intformer::importer
