#pragma once

#include "gen/tables/commands.hpp"

namespace intformer::test {

/// A vector command that leaves out what its opcode does not have: such fields are not set and read
/// as 0. So a test gives commands of all opcodes the same operands.
class AnyCommand : public Command {
 public:
  using Command::Command;
  AnyCommand(const Command& command) : Command(command) {}

  [[nodiscard]] int64_t get(Field field) const { return has(field) ? Command::get(field) : 0; }
  AnyCommand& set(Field field, int64_t value) {
    if (has(field)) Command::set(field, value);
    return *this;
  }
};

}  // namespace intformer::test
