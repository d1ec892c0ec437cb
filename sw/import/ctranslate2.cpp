#include "sw/import/ctranslate2.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "sw/import/float_values.hpp"

namespace intformer::importer {

using files::ImportError;

namespace {

constexpr uint32_t kVersion = 6;
constexpr uint64_t kLargest = uint64_t{8} << 30;
constexpr std::size_t kMaxRank = 16;

struct Type {
  std::string_view name;
  uint64_t bytes;
};
constexpr std::array<Type, 6> kTypes = {
    {{"float32", 4}, {"int8", 1}, {"int16", 2}, {"int32", 4}, {"float16", 2}, {"bfloat16", 2}}};
constexpr uint8_t kFloat32 = 0, kFloat16 = 4, kBfloat16 = 5;

}  // namespace

/// Takes the file's parts from its front; `place` is in every refusal.
class CTranslate2File::Reader {
 public:
  Reader(const std::string& path, std::string_view bytes)
      : path_(path), all_(bytes.size()), rest_(bytes) {}

  std::string place = "header";

  template <typename Number>
  Number number() {
    Number value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take(uint64_t count) {
    if (count > rest_.size())
      refuse(fmt::format("{} bytes are asked for, {} are left", count, rest_.size()));
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::string name() {
    const std::string_view text = take(number<uint16_t>());
    if (text.size() < 2 || text.back() != '\0') refuse("a name is empty or does not end with a zero");
    const std::string_view name = text.substr(0, text.size() - 1);
    if (std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 127; }))
      refuse("a name holds control characters");
    return std::string(name);
  }
  [[nodiscard]] bool atEnd() const { return rest_.empty(); }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[noreturn]] void refuse(const std::string& reason) const {
    throw ImportError(
        fmt::format("{}: {}, at byte {}: {}", path_, place, all_ - rest_.size(), reason));
  }

 private:
  const std::string& path_;
  std::size_t all_;
  std::string_view rest_;
};

CTranslate2File::CTranslate2File(std::string path)
    : path_(std::move(path)), bytes_(files::readWhole(path_, kLargest)) {
  Reader reader(path_, bytes_.text());
  if (const auto version = reader.number<uint32_t>(); version != kVersion)
    reader.refuse(fmt::format("version {}: models of CTranslate2 of version {} are read", version,
                              kVersion));
  specification_ = reader.name();
  revision_ = reader.number<uint32_t>();
  const auto count = reader.number<uint32_t>();
  for (uint32_t i = 0; i < count; ++i) {
    reader.place = fmt::format("variable {} of {}", i + 1, count);
    const std::string name = reader.name();
    reader.place = "variable " + name;
    Variable variable;
    variable.shape.resize(reader.number<uint8_t>());
    if (variable.shape.size() > kMaxRank)
      reader.refuse(fmt::format("a shape of {} extents, at most {} are read",
                                variable.shape.size(), kMaxRank));
    for (uint64_t& extent : variable.shape) extent = reader.number<uint32_t>();
    variable.type = reader.number<uint8_t>();
    if (variable.type >= kTypes.size())
      reader.refuse(fmt::format("unknown type {}", variable.type));
    const auto elements = elementCount(variable.shape);
    if (!elements) reader.refuse("a shape beyond all sizes: " + shapeText(variable.shape));
    const auto bytes = reader.number<uint32_t>();
    if (const uint64_t asked = *elements * kTypes[variable.type].bytes; bytes != asked)
      reader.refuse(fmt::format("{} bytes, the shape {} of {} asks for {}", bytes,
                                shapeText(variable.shape), kTypes[variable.type].name, asked));
    variable.bytes = reader.take(bytes);
    if (!variables_.emplace(name, std::move(variable)).second)
      reader.refuse("another one has this name");
  }
  reader.place = "aliases";
  const auto aliases = reader.number<uint32_t>();
  for (uint32_t i = 0; i < aliases; ++i) {
    const std::string alias = reader.name();
    const std::string name = reader.name();
    if (!variables_.contains(name))
      reader.refuse(fmt::format("{} stands for {}, which is no variable", alias, name));
    if (variables_.contains(alias) || !aliases_.emplace(alias, name).second)
      reader.refuse(fmt::format("{} is there already", alias));
  }
  if (!reader.atEnd()) reader.refuse(fmt::format("{} bytes follow the last one", reader.left()));
}

std::string CTranslate2File::fault(const std::string& name, const Shape& shape) const {
  const auto found = variables_.find(name);
  if (found == variables_.end())
    return fmt::format("{}: variable {} is missing, expected shape {}", path_, name,
                       shapeText(shape));
  const Variable& variable = found->second;
  if (variable.shape != shape)
    return fmt::format("{}: variable {} has shape {}, expected {}", path_, name,
                       shapeText(variable.shape), shapeText(shape));
  if (variable.type != kFloat32 && variable.type != kFloat16 && variable.type != kBfloat16)
    return fmt::format("{}: variable {} has type {}, expected float32, float16 or bfloat16", path_,
                       name, kTypes[variable.type].name);
  return {};
}

std::vector<float> CTranslate2File::read(const std::string& name, const Shape& shape) const {
  if (const std::string reason = fault(name, shape); !reason.empty()) throw ImportError(reason);
  const Variable& variable = variables_.at(name);
  return floatValues(variable.bytes,
                     variable.type == kFloat32   ? FloatFormat::Float32
                     : variable.type == kFloat16 ? FloatFormat::Float16
                                                 : FloatFormat::Bfloat16,
                     fmt::format("{}: variable {}", path_, name));
}

int64_t CTranslate2File::number(const std::string& name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end())
    throw ImportError(fmt::format("{}: variable {} is missing", path_, name));
  const Variable& variable = found->second;
  const auto as = [&](auto value) {
    std::memcpy(&value, variable.bytes.data(), sizeof value);
    return int64_t{value};
  };
  if (variable.shape.empty() && variable.type >= 1 && variable.type <= 3)
    return variable.type == 1 ? as(int8_t{}) : variable.type == 2 ? as(int16_t{}) : as(int32_t{});
  throw ImportError(
      fmt::format("{}: variable {} has shape {} and type {}, expected an integer without extents",
                  path_, name, shapeText(variable.shape), kTypes[variable.type].name));
}

}  // namespace intformer::importer
