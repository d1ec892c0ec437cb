#include "sw/link/crc32.hpp"

#include <array>

namespace intformer::link {
namespace {

constexpr std::array<uint32_t, 256> tableOf(uint32_t polynomial) {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? polynomial : 0);
    table[i] = value;
  }
  return table;
}

}  // namespace

uint32_t crc32(std::span<const uint8_t> bytes, uint32_t before) {
  static constexpr auto kTable = tableOf(0xedb88320);
  uint32_t value = ~before;
  for (const uint8_t byte : bytes) value = value >> 8 ^ kTable[(value ^ byte) & 0xff];
  return ~value;
}

}  // namespace intformer::link
