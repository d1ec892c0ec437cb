#pragma once

#include <string>

#include "gen/tables/registers.hpp"

namespace intformer {

/// The structs of the package by which the register block meets the hardware: settings_t,
/// pulses_t, readings_t, and windows_t, a part of settings_t; events_t and causes_t,
/// what is counted.
std::string registerTypes();

/// A member of windows_t: that field of all windows, the first lowest.
std::string windowMember(const RegisterRow& row);

}  // namespace intformer
