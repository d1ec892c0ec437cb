// SPDX-License-Identifier: Apache-2.0
// Frames of the link, made and read by hand as fpga/soc/link_bridge.sv describes them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace intformer::test {

using Bytes = std::vector<uint8_t>;

/// CRC-32 as zlib has it, a bit at a time.
inline uint32_t crc32Of(const uint8_t* data, std::size_t count) {
  uint32_t crc = ~0U;
  for (std::size_t i = 0; i < count; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
  }
  return ~crc;
}
inline uint32_t crc32Of(const Bytes& data) {
  return crc32Of(data.data(), data.size());
}

inline void append32(Bytes& bytes, uint32_t value) {
  for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<uint8_t>(value >> 8 * i));
}
inline uint32_t word32(const Bytes& bytes, std::size_t at) {
  uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= uint32_t{bytes.at(at + i)} << 8 * i;
  return value;
}
inline Bytes bytes32(uint32_t value) {
  Bytes out;
  append32(out, value);
  return out;
}

enum Op : uint8_t {
  kIdentify = 0,
  kReadRegister = 1,
  kWriteRegister = 2,
  kReadMemory = 3,
  kWriteMemory = 4,
  kChecksum = 5
};
enum Status : uint8_t {
  kDone = 0,
  kPayloadWrong = 1,
  kRefused = 2,
  kBusError = 3,
  kNoAnswer = 4
};

constexpr std::size_t kRequestHeader = 15, kAnswerHeader = 11;

struct Request {
  uint8_t op = 0, seq = 0;
  uint32_t address = 0, count = 0;
  Bytes payload;

  [[nodiscard]] Bytes frame() const {
    Bytes out{0xA5, op, seq};
    append32(out, address);
    append32(out, count);
    append32(out, crc32Of(out));
    if (payload.empty()) return out;
    out.insert(out.end(), payload.begin(), payload.end());
    append32(out, crc32Of(payload));
    return out;
  }
};

struct Answer {
  uint8_t op = 0, status = 0, seq = 0;
  Bytes payload;
};

/// How long the answer is that begins with these bytes, as far as they tell.
inline std::size_t answerSize(const Bytes& bytes) {
  if (bytes.size() < 7) return kAnswerHeader;
  const uint32_t count = word32(bytes, 3);
  return kAnswerHeader + (count > 0 && count <= 4096 ? count + 4 : 0);
}

/// The answer that these bytes are; nothing when they are none.
inline std::optional<Answer> parseAnswer(const Bytes& bytes) {
  if (bytes.size() < kAnswerHeader || bytes.size() != answerSize(bytes) || bytes[0] != 0x5A)
    return {};
  if (crc32Of(bytes.data(), 7) != word32(bytes, 7)) return {};
  Answer answer{
      static_cast<uint8_t>(bytes[1] & 15), static_cast<uint8_t>(bytes[1] >> 4), bytes[2], {}};
  const uint32_t count = word32(bytes, 3);
  if (count == 0) return answer;
  answer.payload.assign(bytes.begin() + kAnswerHeader, bytes.end() - 4);
  if (crc32Of(answer.payload) != word32(bytes, bytes.size() - 4)) return {};
  return answer;
}

}  // namespace intformer::test
