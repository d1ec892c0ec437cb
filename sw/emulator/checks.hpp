#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sw/emulator/touches.hpp"
#include "sw/emulator/emulator.hpp"

namespace intformer {

/// An error as the device's registers tell it.
struct DeviceError {
  ErrorCode code = ErrorCode::None;
  uint64_t address = 0;
  std::string reason = {};  ///< for people, where the code does not say all
};

/// Opcode and fields: IllegalOpcode, IllegalField.
std::optional<DeviceError> checkFields(const Plan& plan, const Command& command);

/// Windows and ranges of memories, first offence in the order of the touches.
std::optional<DeviceError> checkRanges(const Plan& plan, const std::vector<Touch>& touches,
                                       const std::vector<MemoryWindow>& windows,
                                       uint64_t memoryBytes);

/// Whether one window with these permissions holds [begin, end).
bool inWindow(const std::vector<MemoryWindow>& windows, uint32_t permissions, uint64_t begin,
              uint64_t end);

}  // namespace intformer
