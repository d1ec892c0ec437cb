#pragma once

#include <string>

#include "gen/tables/registers.hpp"

namespace intformer {

/// The structs of the package by which the register block meets the hardware: settings_t,
/// pulses_t, readings_t.
std::string registerTypes();

/// A field of the windows as the hardware calls it: all windows in one vector, the first lowest.
std::string windowMember(const RegisterRow& row);

}  // namespace intformer
