#pragma once

#include <string>

namespace intformer {

/// The type `vector_op_t`: what a vector command asks of its unit, opcode by opcode and operand by
/// operand of gen/tables/operands.hpp.
std::string vectorOpType();

}  // namespace intformer
