#pragma once

/// Every scalar integer operation of the device, one definition each (docs/2-numerics.md). The
/// golden model and the emulator compute with these functions; the generator writes the constants
/// and tables into RTL; leaf tests compare RTL with them.
#include "sw/numerics/activation.hpp"
#include "sw/numerics/integer.hpp"
#include "sw/numerics/layernorm.hpp"
#include "sw/numerics/scale.hpp"
#include "sw/numerics/softmax.hpp"
