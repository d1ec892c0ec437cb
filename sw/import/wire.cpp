#include "sw/import/wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace intformer::importer::wire {

namespace {

constexpr std::size_t kLongestName = 1000;
constexpr uint64_t kMostNumbers = (uint64_t{1} << 29) - 1;  // the format's own limit

uint64_t littleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

}  // namespace

void Message::refuse(const std::string& reason) const {
  throw files::ImportError(fmt::format("{}: {}", where_, reason));
}

void Message::refuseField() const {
  refuse(fmt::format("field {} of type {} is not known", field_.number,
                     static_cast<unsigned>(field_.type)));
}

uint64_t Message::takeVarint(std::string_view& from) const {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (from.empty()) refuse("ends within a number");
    const auto byte = static_cast<uint8_t>(from.front());
    from.remove_prefix(1);
    value |= uint64_t{byte & 127U} << shift;
    if (byte < 128) {
      if (shift == 63 && byte > 1) break;
      return value;
    }
  }
  refuse("holds a number of more than 64 bits");
}

std::string_view Message::take(uint64_t count) {
  if (count > rest_.size())
    refuse(fmt::format("field {} has {} bytes, {} are left", field_.number, count, rest_.size()));
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

bool Message::next() {
  if (rest_.empty()) return false;
  const uint64_t key = takeVarint(rest_);
  if (key >> 3 == 0 || key >> 3 > kMostNumbers) refuse(fmt::format("{} is no field", key >> 3));
  field_ = {static_cast<uint32_t>(key >> 3), static_cast<Type>(key & 7), 0, {}};
  switch (field_.type) {
    case Type::Varint: field_.value = takeVarint(rest_); return true;
    case Type::Fixed64: field_.value = littleEndian(take(8)); return true;
    case Type::Fixed32: field_.value = littleEndian(take(4)); return true;
    case Type::Bytes: field_.bytes = take(takeVarint(rest_)); return true;
  }
  refuse(fmt::format("field {} has the unknown type {}", field_.number, key & 7));
}

void Message::demand(Type type) const {
  if (field_.type != type)
    refuse(fmt::format("field {} has type {}, expected {}", field_.number,
                       static_cast<unsigned>(field_.type), static_cast<unsigned>(type)));
}

std::string_view Message::bytes() const {
  demand(Type::Bytes);
  return field_.bytes;
}

uint64_t Message::varint() const {
  demand(Type::Varint);
  return field_.value;
}

float Message::real() const {
  demand(Type::Fixed32);
  return std::bit_cast<float>(static_cast<uint32_t>(field_.value));
}

std::string Message::name() const {
  const std::string_view text = bytes();
  if (text.size() > kLongestName ||
      std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 127; }))
    refuse(fmt::format("field {} is a name with control characters or of more than {} bytes",
                       field_.number, kLongestName));
  return std::string(text);
}

void Message::append(std::vector<int64_t>& integers) const {
  if (field_.type == Type::Varint) {
    integers.push_back(static_cast<int64_t>(field_.value));
    return;
  }
  std::string_view packed = bytes();
  while (!packed.empty()) integers.push_back(static_cast<int64_t>(takeVarint(packed)));
}

void Message::appendReals(std::string& to) const {
  if (field_.type == Type::Fixed32) {
    const auto bits = static_cast<uint32_t>(field_.value);
    char raw[sizeof bits];
    std::memcpy(raw, &bits, sizeof bits);
    to.append(raw, sizeof bits);
    return;
  }
  if (bytes().size() % sizeof(float) != 0)
    refuse(fmt::format("field {} has {} bytes, not a whole number of float32", field_.number,
                       field_.bytes.size()));
  to += field_.bytes;
}

}  // namespace intformer::importer::wire
