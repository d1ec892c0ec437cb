#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sw/emulator/touches.hpp"
#include "sw/emulator/emulator.hpp"

namespace intformer::emulator {

/// An error as the device's registers tell it.
struct DeviceError {
  ErrorCode code = ErrorCode::None;
  uint64_t address = 0;
  std::string reason = {};  ///< for people, where the code does not say all
};

/// Opcode and fields: IllegalOpcode, IllegalField.
std::optional<DeviceError> checkFields(const Plan& plan, const Command& command);

}  // namespace intformer::emulator
