#pragma once

#include <string>

namespace intformer {

/// What the register block does with each row of the table: flags, the read multiplexer, held
/// registers with their resets, pulses.
std::string registerArms();

}  // namespace intformer
