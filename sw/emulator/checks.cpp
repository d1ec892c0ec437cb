#include "sw/emulator/checks.hpp"

#include <algorithm>
#include <utility>

#include "gen/tables/rules.hpp"

namespace intformer {
namespace {

/// First address of [begin, end) that no single window holds together with `begin`.
uint64_t firstOutside(const std::vector<MemoryWindow>& windows, uint32_t permissions,
                      uint64_t begin) {
  uint64_t reach = begin;
  for (const MemoryWindow& window : windows)
    if ((window.permissions & permissions) != 0 && window.base <= begin && begin < window.end)
      reach = std::max(reach, window.end);
  return reach;
}

}  // namespace

std::optional<DeviceError> checkFields(const Plan& plan, const Command& command) {
  if (findOpcode(static_cast<uint8_t>(command.opcode())) == nullptr)
    return DeviceError{ErrorCode::IllegalOpcode, 0, {}};
  if (auto reason = findIllegalField(command, plan.dim))
    return DeviceError{ErrorCode::IllegalField, illegalFieldAddress(command, plan.dim),
                       *std::move(reason)};
  return std::nullopt;
}

bool inWindow(const std::vector<MemoryWindow>& windows, uint32_t permissions, uint64_t begin,
              uint64_t end) {
  return begin < end && firstOutside(windows, permissions, begin) >= end;
}

std::optional<DeviceError> checkRanges(const Plan& plan, const std::vector<Touch>& touches,
                                       const std::vector<MemoryWindow>& windows,
                                       uint64_t memoryBytes) {
  for (const Touch& touch : touches) {
    const auto beyond = [&](uint64_t limit, ErrorCode code) -> std::optional<DeviceError> {
      if (touch.end <= limit) return std::nullopt;
      return DeviceError{code, std::max(touch.begin, limit)};
    };
    std::optional<DeviceError> error;
    switch (touch.space) {
      case Space::Memory: {
        const uint32_t permission = touch.write ? window::kWritable : window::kReadable;
        if (!inWindow(windows, permission, touch.begin, touch.end))
          return DeviceError{touch.write ? ErrorCode::WriteWindow : ErrorCode::ReadWindow,
                             firstOutside(windows, permission, touch.begin)};
        error = beyond(memoryBytes, touch.write ? ErrorCode::WriteBus : ErrorCode::ReadBus);
        break;
      }
      case Space::Scratch: error = beyond(plan.scratchWords, ErrorCode::ScratchRange); break;
      case Space::Accumulator: error = beyond(plan.accRows, ErrorCode::AccumulatorRange); break;
      case Space::Statistics: error = beyond(plan.statRows, ErrorCode::StatRange); break;
    }
    if (error) return error;
  }
  return std::nullopt;
}

}  // namespace intformer
