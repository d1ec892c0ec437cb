#include "sw/emulator/checks.hpp"

#include <utility>

#include "gen/tables/rules.hpp"

namespace intformer::emulator {

std::optional<DeviceError> checkFields(const Plan& plan, const Command& command) {
  if (findOpcode(command.opcode()) == nullptr)
    return DeviceError{ErrorCode::IllegalOpcode, 0, {}};
  if (auto reason = findIllegalField(command, plan.dim))
    return DeviceError{ErrorCode::IllegalField, illegalFieldAddress(command, plan.dim),
                       *std::move(reason)};
  return std::nullopt;
}

}  // namespace intformer::emulator
