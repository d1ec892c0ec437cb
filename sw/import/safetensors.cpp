#include "sw/import/safetensors.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace intformer {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are read as they lie");

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit

/// Elements of a shape; none when it does not fit 64 bits with room for any element size.
std::optional<uint64_t> elementCount(const Shape& shape) {
  uint64_t count = 1;
  for (const uint64_t extent : shape) {
    if (extent != 0 && count > (uint64_t{1} << 56) / extent) return std::nullopt;
    count *= extent;
  }
  return count;
}

/// The entry of one tensor, or why it is refused.
std::string parseEntry(const nlohmann::json& json, uint64_t dataBytes, Safetensors::Entry& entry) {
  const auto isSize = [](const nlohmann::json& value) { return value.is_number_unsigned(); };
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() ||
      !json.contains("shape") || !json["shape"].is_array() || !json.contains("data_offsets") ||
      !json["data_offsets"].is_array())
    return "lacks dtype, shape or data_offsets";
  for (const auto& extent : json["shape"])
    if (!isSize(extent)) return "has a shape that is not made of counts";
  const auto& offsets = json["data_offsets"];
  if (offsets.size() != 2 || !isSize(offsets[0]) || !isSize(offsets[1]))
    return "has data_offsets that are not two counts";
  entry.dtype = json["dtype"].get<std::string>();
  entry.shape = json["shape"].get<Shape>();
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  if (entry.begin > entry.end || entry.end > dataBytes)
    return fmt::format("has data_offsets [{}, {}), the file holds {} bytes of data", entry.begin,
                       entry.end, dataBytes);
  const auto count = elementCount(entry.shape);
  if (!count) return "has a shape beyond all sizes";
  if (entry.dtype == "F32" && *count * sizeof(float) != entry.end - entry.begin)
    return fmt::format("has {} bytes, its shape {} asks for {}", entry.end - entry.begin,
                       shapeText(entry.shape), *count * sizeof(float));
  return {};
}

}  // namespace

std::string shapeText(const Shape& shape) {
  std::string text = "[";
  for (const uint64_t extent : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

Safetensors::Safetensors(std::string path) : path_(std::move(path)) {
  std::ifstream file(path_, std::ios::binary | std::ios::ate);
  if (!file) throw ImportError(path_ + ": cannot be opened");
  const auto fileBytes = static_cast<uint64_t>(file.tellg());
  std::array<unsigned char, 8> prefix{};
  file.seekg(0);
  file.read(reinterpret_cast<char*>(prefix.data()), prefix.size());
  if (!file) throw ImportError(path_ + ": too short for a safetensors file");
  uint64_t headerBytes = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) headerBytes |= uint64_t{prefix[i]} << (8 * i);
  if (headerBytes > fileBytes - prefix.size() || headerBytes > kMaxHeaderBytes)
    throw ImportError(fmt::format("{}: header of {} bytes in a file of {} bytes", path_,
                                  headerBytes, fileBytes));
  std::string text(headerBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(headerBytes));
  if (!file) throw ImportError(path_ + ": header cannot be read");
  dataBegin_ = prefix.size() + headerBytes;
  const nlohmann::json header = nlohmann::json::parse(text, nullptr, false);
  if (!header.is_object()) throw ImportError(path_ + ": header is not a JSON object");
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") continue;
    const std::string reason = parseEntry(json, fileBytes - dataBegin_, entries_[name]);
    if (!reason.empty()) throw ImportError(fmt::format("{}: tensor {} {}", path_, name, reason));
  }
}

std::string Safetensors::fault(const std::string& name, const Shape& shape) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    return fmt::format("{}: tensor {} is missing, expected shape {}", path_, name,
                       shapeText(shape));
  if (found->second.shape != shape)
    return fmt::format("{}: tensor {} has shape {}, expected {}", path_, name,
                       shapeText(found->second.shape), shapeText(shape));
  if (found->second.dtype != "F32")
    return fmt::format("{}: tensor {} has type {}, expected F32", path_, name,
                       found->second.dtype);
  return {};
}

std::vector<float> Safetensors::read(const std::string& name, const Shape& shape) const {
  if (const std::string reason = fault(name, shape); !reason.empty()) throw ImportError(reason);
  const Entry& entry = entries_.at(name);
  std::vector<float> values((entry.end - entry.begin) / sizeof(float));
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(dataBegin_ + entry.begin));
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(entry.end - entry.begin));
  if (!file) throw ImportError(fmt::format("{}: tensor {} cannot be read", path_, name));
  return values;
}

}  // namespace intformer
