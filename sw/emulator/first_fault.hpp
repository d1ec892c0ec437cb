#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "sw/emulator/checks.hpp"

/// Which fault of a command its unit meets first: docs/4-commands.md says in which order.
namespace intformer::emulator {

/// What is around the device: where it may go and where there is memory.
struct Surroundings {
  const Plan& plan;
  const std::vector<MemoryWindow>& windows;
  uint64_t memoryBytes;
};

/// Whether the device requests [begin, end), a burst that crosses no 4 KiB line.
bool allowed(const Surroundings& around, uint32_t permission, uint64_t begin, uint64_t end);

/// Of the program's command `index` of `count`, before it is known: its fetch.
std::optional<DeviceError> fetchFault(const Surroundings& around, uint64_t programAddress,
                                      uint64_t count, uint64_t index);

/// Of a command with legal fields. `touches`: what listTouches says. `rowList` reads the row numbers
/// of a gather; it is asked when they may be read.
std::optional<DeviceError> firstFault(const Surroundings& around, const Command& command,
                                      std::span<const Touch> touches,
                                      const std::function<std::vector<uint32_t>()>& rowList);

}  // namespace intformer::emulator
