#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// What goes over the cable (docs/8-boards.md): frames with a CRC-32 of header and payload each.
namespace intformer::link {

inline constexpr uint8_t kRequestStart = 0xa5, kAnswerStart = 0x5a;
inline constexpr std::size_t kRequestHeader = 15, kAnswerHeader = 11, kCrcBytes = 4;
inline constexpr uint32_t kMostPayload = 1024;
inline constexpr uint32_t kLinkVersion = 1;
inline constexpr uint32_t kIdentityBytes = 32;
inline constexpr char kIdentityMagic[] = "INTFLINK";
/// Clocks after which a board drops a request that does not go on: PauseClocks of
/// fpga/soc/link_bridge.sv.
inline constexpr uint32_t kDropClocks = 1U << 18;

enum class Op : uint8_t {
  Identify,
  ReadRegister,
  WriteRegister,
  ReadMemory,
  WriteMemory,
  ChecksumMemory
};

enum class Status : uint8_t { Done, PayloadDamaged, Refused, BusError, NoAnswer };

struct Request {
  Op op = Op::Identify;
  uint8_t seq = 0;
  uint32_t address = 0;
  uint32_t count = 0;
  std::span<const uint8_t> payload = {};  ///< of writes: `count` bytes
};

/// An answer's header.
struct Answer {
  uint8_t op = 0;
  uint8_t status = 0;
  uint8_t seq = 0;
  uint32_t count = 0;  ///< bytes of payload behind it
};

[[nodiscard]] uint32_t wordAt(std::span<const uint8_t> bytes, std::size_t at);
void putWord(std::vector<uint8_t>& bytes, uint32_t value);

[[nodiscard]] std::vector<uint8_t> requestBytes(const Request& request);
/// Whether the first kAnswerHeader bytes are an answer's header, by start byte and CRC.
[[nodiscard]] bool isAnswer(std::span<const uint8_t> bytes, Answer& answer);

/// "read_memory"
[[nodiscard]] const char* opName(Op op);
/// "read_memory of 64 bytes at 0x1000"
[[nodiscard]] std::string requestText(const Request& request);

}  // namespace intformer::link
