#include "sw/board_host/memory_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "sw/link/crc32.hpp"

namespace intformer::board_host {
namespace {

constexpr uint32_t kBlock = 64U << 10, kSample = 1U << 10;

struct Block {
  uint32_t address, bytes;
};

std::vector<Block> blocksOf(const link::BoardIdentity& board, bool whole) {
  std::vector<Block> blocks;
  if (whole) {
    for (uint64_t at = 0; at < board.memoryBytes; at += kBlock)
      blocks.push_back({static_cast<uint32_t>(at),
                        static_cast<uint32_t>(std::min<uint64_t>(kBlock, board.memoryBytes - at))});
    return blocks;
  }
  if (board.memoryBytes <= 2 * kSample) return {{0, board.memoryBytes}};
  blocks.push_back({0, kSample});
  for (uint64_t at = kSample; at + kSample < board.memoryBytes; at *= 2)
    blocks.push_back({static_cast<uint32_t>(at), kSample});
  blocks.push_back({board.memoryBytes - kSample, kSample});
  return blocks;
}

/// Another value for every address, of bits that all change.
std::vector<uint8_t> wordsAt(const Block& block) {
  std::vector<uint8_t> bytes;
  bytes.reserve(block.bytes);
  for (uint32_t i = 0; i < block.bytes; i += 4)
    link::putWord(bytes, (block.address + i) * 0x9e3779b1U);
  return bytes;
}

/// The first word of a block that is not what was written.
std::string firstDifference(link::BoardLink& link, const Block& block,
                            const std::vector<uint8_t>& expected) {
  std::vector<uint8_t> got(block.bytes);
  link.readMemory(block.address, got);
  for (uint32_t i = 0; i < block.bytes; i += 4)
    if (link::wordAt(got, i) != link::wordAt(expected, i))
      return fmt::format("0x{:08x} holds 0x{:08x}, and 0x{:08x} was written", block.address + i,
                         link::wordAt(got, i), link::wordAt(expected, i));
  return fmt::format(
      "the {} bytes at 0x{:x} are right when they are read and wrong in the board's "
      "checksum: the memory reads now this, now that",
      block.bytes, block.address);
}

}  // namespace

std::optional<std::string> testDataLines(link::BoardLink& link) {
  const uint32_t bits = link.identity().dataBits;
  std::vector<uint8_t> written;
  for (const bool alone : {true, false})
    for (uint32_t line = 0; line < bits; ++line)
      for (uint32_t byte = 0; byte < bits / 8; ++byte) {
        const uint32_t bit = line / 8 == byte ? 1U << line % 8 : 0;
        written.push_back(static_cast<uint8_t>(alone ? bit : ~bit));
      }
  link.writeMemory(0, written);
  std::vector<uint8_t> got(written.size());
  link.readMemory(0, got);
  std::string wrong;
  for (uint32_t line = 0; line < bits; ++line) {
    const auto bitAt = [&](const std::vector<uint8_t>& bytes, std::size_t at) {
      return bytes[at + line / 8] >> line % 8 & 1;
    };
    std::size_t differ = 0;
    for (std::size_t at = 0; at < got.size(); at += bits / 8)
      differ += bitAt(got, at) != bitAt(written, at) ? 1 : 0;
    if (differ != 0) wrong += fmt::format("{}{}", wrong.empty() ? "" : ", ", line);
  }
  if (wrong.empty()) return std::nullopt;
  return fmt::format("of the {} bits side by side these do not keep what is written: {}", bits,
                     wrong);
}

uint64_t testedBytes(const link::BoardIdentity& board, bool whole) {
  uint64_t bytes = 0;
  for (const Block& block : blocksOf(board, whole)) bytes += block.bytes;
  return bytes;
}

std::optional<std::string> testAddresses(
    link::BoardLink& link, bool whole,
    const std::function<void(uint64_t done, uint64_t total)>& progress) {
  const std::vector<Block> blocks = blocksOf(link.identity(), whole);
  const uint64_t total = testedBytes(link.identity(), whole);
  uint64_t done = 0;
  for (const Block& block : blocks) {
    link.writeMemory(block.address, wordsAt(block));
    done += block.bytes;
    if (progress) progress(done, total);
  }
  std::size_t wrong = 0;
  std::string first;
  for (const Block& block : blocks) {
    const std::vector<uint8_t> expected = wordsAt(block);
    if (link.checksumMemory(block.address, block.bytes) == link::crc32(expected)) continue;
    if (wrong++ == 0) first = firstDifference(link, block, expected);
  }
  if (wrong == 0) return std::nullopt;
  return fmt::format("{} of {} blocks are wrong; the first: {}", wrong, blocks.size(), first);
}

}  // namespace intformer::board_host
