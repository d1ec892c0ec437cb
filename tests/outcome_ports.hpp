#pragma once

#include <cstdint>
#include <cstring>

namespace intformer::test {

/// A command that a unit has completed: the package's done_t, and when.
struct Done {
  uint32_t index, signal;
  uint64_t cycle;
};

/// A fault: the package's error_t.
struct Error {
  uint32_t code = 0, index = 0;
  uint64_t addr = 0;
};

/// A verilated port of type done_t: the index lies lowest.
inline Done readDone(uint64_t port, uint64_t cycle) {
  return {static_cast<uint32_t>(port), static_cast<uint32_t>(port >> 32), cycle};
}

/// One of type error_t: 13 bytes, the address lowest.
template <typename Port>
Error readError(const Port& port) {
  Error error;
  const auto* bytes = reinterpret_cast<const uint8_t*>(&port);
  std::memcpy(&error.addr, bytes, 8);
  std::memcpy(&error.index, bytes + 8, 4);
  error.code = bytes[12];
  return error;
}

/// Sets the error_t of a source in a port that holds one of each.
template <typename Port>
void writeError(Port& port, std::size_t source, const Error& error) {
  auto* bytes = reinterpret_cast<uint8_t*>(&port) + 13 * source;
  std::memcpy(bytes, &error.addr, 8);
  std::memcpy(bytes + 8, &error.index, 4);
  bytes[12] = static_cast<uint8_t>(error.code);
}

}  // namespace intformer::test
