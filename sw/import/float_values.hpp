#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sw/files/import_error.hpp"

namespace intformer::importer {

/// Formats of numbers that weights may have in a file, little endian.
enum class FloatFormat : uint8_t { Float32, Float16, Bfloat16 };

constexpr uint32_t bytesOf(FloatFormat format) { return format == FloatFormat::Float32 ? 4 : 2; }

/// The numbers of `bytes`, which are a whole number of them. Throws ImportError that begins with
/// `what` for one that is not finite: "x.onnx: initializer w" holds nan at element 3.
std::vector<float> floatValues(std::string_view bytes, FloatFormat format, const std::string& what);

}  // namespace intformer::importer
