#include "sw/emulator/checks.hpp"

#include <utility>

#include "gen/tables/rules.hpp"

namespace intformer::emulator {

std::optional<DeviceError> checkFields(const Plan& plan, const Command& command) {
  if (findOpcode(command.opcode()) == nullptr)
    return DeviceError{ErrorCode::IllegalOpcode, 0, {}};
  const bool tables = plan.activations == Activations::Table;
  if (!tables && command.opcode() == Opcode::ActivationTable)
    return DeviceError{ErrorCode::IllegalOpcode, 0, "the device has no table (vector.activations)"};
  if (auto reason = findIllegalField(command, plan.dim))
    return DeviceError{ErrorCode::IllegalField, illegalFieldAddress(command, plan.dim),
                       *std::move(reason)};
  if (!tables && command.has(Field::Function) && command.flag(Field::Function))
    return DeviceError{ErrorCode::IllegalField, 0,
                       "`function` must be 0: the device has no table (vector.activations)"};
  return std::nullopt;
}

}  // namespace intformer::emulator
