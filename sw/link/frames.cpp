#include "sw/link/frames.hpp"

#include <fmt/format.h>

#include "sw/link/crc32.hpp"

namespace intformer::link {

uint32_t wordAt(std::span<const uint8_t> bytes, std::size_t at) {
  uint32_t value = 0;
  for (std::size_t i = 4; i-- != 0;) value = value << 8 | bytes[at + i];
  return value;
}

void putWord(std::vector<uint8_t>& bytes, uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<uint8_t>(value >> shift));
}

std::vector<uint8_t> requestBytes(const Request& request) {
  std::vector<uint8_t> bytes = {kRequestStart, static_cast<uint8_t>(request.op), request.seq};
  bytes.reserve(kRequestHeader + request.payload.size() + kCrcBytes);
  putWord(bytes, request.address);
  putWord(bytes, request.count);
  putWord(bytes, crc32(bytes));
  if (request.payload.empty()) return bytes;
  bytes.insert(bytes.end(), request.payload.begin(), request.payload.end());
  putWord(bytes, crc32(request.payload));
  return bytes;
}

bool isAnswer(std::span<const uint8_t> bytes, Answer& answer) {
  if (bytes[0] != kAnswerStart || wordAt(bytes, 7) != crc32(bytes.first(7))) return false;
  answer = {static_cast<uint8_t>(bytes[1] & 0xf), static_cast<uint8_t>(bytes[1] >> 4), bytes[2],
            wordAt(bytes, 3)};
  return true;
}

const char* opName(Op op) {
  static constexpr const char* kNames[] = {"identify",    "read_register", "write_register",
                                           "read_memory", "write_memory",  "checksum_memory"};
  return kNames[static_cast<std::size_t>(op)];
}

std::string requestText(const Request& request) {
  if (request.op == Op::Identify) return opName(request.op);
  return fmt::format("{} of {} bytes at 0x{:x}", opName(request.op), request.count,
                     request.address);
}

}  // namespace intformer::link
