#pragma once

#include <string>

#include "gen/plan.hpp"

namespace intformer {

/// `lane_op_t`, `vector_op_t`: what a vector command asks of the lanes and of its unit, opcode by
/// opcode and operand by operand of gen/tables/operands.hpp. `lane_uop_t`: what is done with a beat,
/// which travels with it through the lanes.
std::string vectorOpTypes(const Plan& plan);

}  // namespace intformer
