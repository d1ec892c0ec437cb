#include "sw/import/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "sw/files/files.hpp"
#include "sw/import/float_values.hpp"

namespace intformer::importer {

using files::ImportError;

namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr int kMaxDepth = 3;                       // header, tensor, shape
constexpr std::size_t kMaxRank = 16;

/// Bytes of an element; none for a type that the format does not know.
std::optional<uint64_t> elementBytesOf(const std::string& dtype) {
  static const std::map<std::string, uint64_t> kTypes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2},
      {"F16", 2},  {"BF16", 2}, {"I32", 4}, {"U32", 4},    {"F32", 4},     {"F64", 8}, {"I64", 8},
      {"U64", 8}};
  const auto found = kTypes.find(dtype);
  if (found == kTypes.end()) return std::nullopt;
  return found->second;
}

/// The entry of one tensor, or why it is refused.
std::string parseEntry(const nlohmann::json& json, uint64_t dataBytes, Safetensors::Entry& entry) {
  const auto isSize = [](const nlohmann::json& value) { return value.is_number_unsigned(); };
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() ||
      !json.contains("shape") || !json["shape"].is_array() || !json.contains("data_offsets") ||
      !json["data_offsets"].is_array())
    return "lacks dtype, shape or data_offsets";
  if (json["shape"].size() > kMaxRank)
    return fmt::format("has a shape of {} extents, at most {} are read", json["shape"].size(),
                       kMaxRank);
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
  const auto bytes = elementBytesOf(entry.dtype);
  if (!bytes) return fmt::format("has the unknown type {}", entry.dtype);
  const auto count = elementCount(entry.shape);
  if (!count) return "has a shape beyond all sizes";
  if (*count * *bytes != entry.end - entry.begin)
    return fmt::format("has {} bytes, its shape {} of {} asks for {}", entry.end - entry.begin,
                       shapeText(entry.shape), entry.dtype, *count * *bytes);
  return {};
}

}  // namespace

Safetensors::Safetensors(std::string path) : path_(std::move(path)) {
  files::demandFile(path_);
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
  parseHeader(text, fileBytes - dataBegin_);
  checkCoverage(fileBytes - dataBegin_);
}

void Safetensors::parseHeader(const std::string& text, uint64_t dataBytes) {
  std::set<std::string> names;
  const auto check = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
    if (depth > kMaxDepth) throw ImportError(path_ + ": header is nested too deeply");
    if (depth == 1 && event == nlohmann::json::parse_event_t::key &&
        !names.insert(parsed.get<std::string>()).second)
      throw ImportError(fmt::format("{}: two tensors are named {}", path_,
                                    parsed.get<std::string>()));
    return true;
  };
  const nlohmann::json header = nlohmann::json::parse(text, check, false);
  if (!header.is_object()) throw ImportError(path_ + ": header is not a JSON object");
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") continue;
    const std::string reason = parseEntry(json, dataBytes, entries_[name]);
    if (!reason.empty()) throw ImportError(fmt::format("{}: tensor {} {}", path_, name, reason));
  }
}

void Safetensors::checkCoverage(uint64_t dataBytes) const {
  std::vector<const decltype(entries_)::value_type*> order;
  for (const auto& item : entries_) order.push_back(&item);
  std::ranges::sort(order, {}, [](const auto* item) {
    return std::pair{item->second.begin, item->second.end};
  });
  uint64_t covered = 0;
  const std::string* before = nullptr;
  for (const auto* item : order) {
    if (item->second.begin < covered)
      throw ImportError(fmt::format("{}: tensors {} and {} overlap", path_, *before, item->first));
    if (item->second.begin > covered)
      throw ImportError(fmt::format("{}: {} bytes before tensor {} belong to no tensor", path_,
                                    item->second.begin - covered, item->first));
    covered = item->second.end;
    before = &item->first;
  }
  if (covered != dataBytes)
    throw ImportError(fmt::format("{}: {} bytes behind the last tensor belong to none", path_,
                                  dataBytes - covered));
}

std::string Safetensors::fault(const std::string& name, const Shape& shape) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    return fmt::format("{}: tensor {} is missing, expected shape {}", path_, name,
                       shapeText(shape));
  if (found->second.shape != shape)
    return fmt::format("{}: tensor {} has shape {}, expected {}", path_, name,
                       shapeText(found->second.shape), shapeText(shape));
  const std::string& dtype = found->second.dtype;
  if (dtype != "F32" && dtype != "F16" && dtype != "BF16")
    return fmt::format("{}: tensor {} has type {}, expected F32, F16 or BF16", path_, name, dtype);
  return {};
}

std::vector<float> Safetensors::read(const std::string& name, const Shape& shape) const {
  if (const std::string reason = fault(name, shape); !reason.empty()) throw ImportError(reason);
  const Entry& entry = entries_.at(name);
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(dataBegin_ + entry.begin));
  std::string bytes(entry.end - entry.begin, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw ImportError(fmt::format("{}: tensor {} cannot be read", path_, name));
  const FloatFormat format = entry.dtype == "F32"   ? FloatFormat::Float32
                             : entry.dtype == "F16" ? FloatFormat::Float16
                                                    : FloatFormat::Bfloat16;
  return floatValues(bytes, format, fmt::format("{}: tensor {}", path_, name));
}

}  // namespace intformer::importer
