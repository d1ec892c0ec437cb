#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "fpga/synthesis/synthesis.hpp"
#include "gen/plan.hpp"

namespace intformer::area {

/// Units that are fitted by themselves; `rest` has what lies beside them: error capture, run
/// control, causes, the top.
inline constexpr std::array<std::string_view, 10> kUnits = {
    "matmul", "accumulator", "scratchpad", "vector",    "load",
    "store",  "fetch",       "dispatch",   "registers", "rest"};

/// What a unit's size is a sum of, times coefficients that are not negative.
struct Term {
  std::string_view name;
  double value;
};

std::vector<Term> termsOf(std::string_view unit, const Plan& plan);

/// What is fitted, of everything that is mapped.
struct Figure {
  std::string_view name;
  uint64_t synthesis::Resources::*member;
};
inline constexpr std::array<Figure, 3> kFitted = {Figure{"lut", &synthesis::Resources::luts},
                                                  Figure{"lut_ram", &synthesis::Resources::lutRams},
                                                  Figure{"ff", &synthesis::Resources::flipFlops}};

/// The plan as it is built for a family of devices, as `make synth` builds it.
Plan builtFor(synthesis::FpgaTarget target, Plan plan);

}  // namespace intformer::area
