#include "sw/itf/container.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "sw/itf/shallow_json.hpp"

namespace intformer::itf {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie");

/// As PNG's: a byte beyond ASCII and both kinds of line ends show transfers that change bytes.
constexpr std::array<char, 8> kMagic = {'\x89', 'I', 'T', 'F', '\r', '\n', '\x1a', '\n'};
constexpr uint32_t kVersion = 3;
constexpr uint64_t kAlignment = 64;
constexpr uint64_t kMaxFileBytes = uint64_t{1} << 36;
constexpr std::array<char, kAlignment> kZeros{};

struct Header {
  std::array<char, 8> magic = kMagic;
  uint32_t version = kVersion;
  uint32_t tableBytes = 0;
  uint64_t fileBytes = 0;
  uint64_t checksum = 0;  ///< of the fields above and the table
};
static_assert(sizeof(Header) == 32);
constexpr std::size_t kCheckedHeader = offsetof(Header, checksum);

uint64_t aligned(uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

uint64_t headChecksum(const Header& header, std::string_view table) {
  return XXH3_64bits_withSeed(table.data(), table.size(),
                              XXH3_64bits(&header, kCheckedHeader));
}

std::string hex(uint64_t value) { return fmt::format("{:016x}", value); }

/// Where the sections will lie, as they are written in the table.
std::string tableText(std::span<const ItfSection> sections) {
  nlohmann::ordered_json table = nlohmann::ordered_json::array();
  uint64_t offset = 0;  // from the first section on
  for (const ItfSection& section : sections) {
    table.push_back({{"name", section.name},
                     {"offset", offset},
                     {"bytes", section.bytes.size()},
                     {"xxh3", hex(XXH3_64bits(section.bytes.data(), section.bytes.size()))}});
    offset = aligned(offset + section.bytes.size());
  }
  return table.dump();
}

}  // namespace

void writeItf(const std::filesystem::path& path, std::span<const ItfSection> sections) {
  const std::string table = tableText(sections);
  Header header;
  header.tableBytes = static_cast<uint32_t>(table.size());
  std::vector<std::string_view> parts(1);
  uint64_t offset = sizeof header;
  const auto append = [&](std::string_view part) {
    parts.push_back(part);
    offset += part.size();
  };
  const auto pad = [&] { append({kZeros.data(), aligned(offset) - offset}); };
  append(table);
  for (const ItfSection& section : sections) {
    pad();
    append({reinterpret_cast<const char*>(section.bytes.data()), section.bytes.size()});
  }
  header.fileBytes = offset;
  header.checksum = headChecksum(header, table);
  parts[0] = {reinterpret_cast<const char*>(&header), sizeof header};
  files::writeAtomically(path, parts);
}

void ItfFile::refuse(const std::string& reason) const {
  throw ItfError(fmt::format("{}: {}", path_, reason));
}

ItfFile::ItfFile(const std::filesystem::path& path)
    : path_(path.string()), bytes_(files::readWhole(path, kMaxFileBytes)) {
  Header header;
  if (bytes_.size < sizeof header || std::memcmp(bytes_.data.get(), kMagic.data(), 8) != 0)
    refuse("is not a model file of intformer; `intformer import` makes one of a model's folder");
  std::memcpy(&header, bytes_.data.get(), sizeof header);
  constexpr const char* kAgain = "import (and quantize) the model again";
  if (header.version != kVersion)
    refuse(fmt::format("has version {} of the format, this program reads {}; {}", header.version,
                       kVersion, kAgain));
  if (header.fileBytes != bytes_.size)
    refuse(fmt::format("has {} bytes, its header says {}: it is {}; {}", bytes_.size,
                       header.fileBytes,
                       bytes_.size < header.fileBytes ? "cut off" : "longer than it was written",
                       kAgain));
  if (header.tableBytes > bytes_.size - sizeof header)
    refuse(fmt::format("is damaged: a table of {} bytes does not fit; {}", header.tableBytes,
                       kAgain));
  const std::string_view table = bytes_.text().substr(sizeof header, header.tableBytes);
  if (headChecksum(header, table) != header.checksum)
    refuse(fmt::format("is damaged: header or table, bytes 0 to {}, have another checksum; {}",
                       sizeof header + header.tableBytes - 1, kAgain));
  checksum_ = XXH3_64bits(table.data(), table.size());
  readTable(table, sizeof header + header.tableBytes);
}

void ItfFile::readTable(std::string_view text, uint64_t end) {
  const nlohmann::json table = parseShallow<nlohmann::json>(text);
  if (!table.is_array()) refuse("has a table that is not a JSON array");
  const uint64_t first = aligned(end);
  for (const auto& entry : table) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string() ||
        !entry.contains("offset") || !entry["offset"].is_number_unsigned() ||
        !entry.contains("bytes") || !entry["bytes"].is_number_unsigned() ||
        !entry.contains("xxh3") || !entry["xxh3"].is_string())
      refuse("has a table entry without name, offset, bytes or xxh3");
    const auto name = entry["name"].get<std::string>();
    const auto bytes = entry["bytes"].get<uint64_t>();
    const uint64_t begin = aligned(end);
    if (begin > bytes_.size || entry["offset"].get<uint64_t>() != begin - first ||
        bytes > bytes_.size - begin)
      refuse(fmt::format("section {} does not lie behind the one before it, inside the file",
                         name));
    if (!std::all_of(bytes_.data.get() + end, bytes_.data.get() + begin,
                     [](uint8_t byte) { return byte == 0; }))
      refuse(fmt::format("is damaged: bytes {} to {}, before section {}, must be 0", end, begin - 1,
                         name));
    const std::span<const uint8_t> section = bytes_.span().subspan(begin, bytes);
    if (hex(XXH3_64bits(section.data(), section.size())) != entry["xxh3"].get<std::string>())
      refuse(fmt::format("is damaged: section {}, bytes {} to {}, has another checksum; import "
                         "(and quantize) the model again",
                         name, begin, begin + bytes));
    if (!sections_.emplace(name, section).second)
      refuse(fmt::format("has two sections {}", name));
    end = begin + bytes;
  }
  if (end != bytes_.size)
    refuse(fmt::format("has {} bytes behind its last section", bytes_.size - end));
}

std::vector<std::string> ItfFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : sections_) names.push_back(name);
  return names;
}

std::span<const uint8_t> ItfFile::section(const std::string& name) const {
  const auto found = sections_.find(name);
  if (found == sections_.end()) refuse(fmt::format("lacks the section {}", name));
  return found->second;
}

std::string_view ItfFile::text(const std::string& name) const {
  const auto bytes = section(name);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace intformer::itf
