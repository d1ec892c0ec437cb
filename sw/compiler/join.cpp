#include "sw/compiler/join.hpp"

#include <algorithm>
#include <stdexcept>

#include "sw/compiler/layout.hpp"

namespace intformer::compiler {
namespace {

constexpr uint64_t kPage = 4096;  // AXI bursts do not cross it, so moves by pages change none

}  // namespace

void joinPrograms(std::span<Program> programs) {
  uint64_t constants = 0;  // where they begin
  uint64_t tensorBytes = 0;
  const uint64_t constantBytes = programs[0].readOnlyEnd - programs[0].constantsAddress;
  for (const Program& program : programs) {
    if (program.readOnlyEnd - program.constantsAddress != constantBytes)
      throw std::invalid_argument("programs with other constants cannot share a memory");
    constants += roundUp(program.commands.size() * kCommandBytes, kPage);
    tensorBytes = std::max(tensorBytes, program.memoryBytes - program.readOnlyEnd);
  }
  uint64_t address = 0;
  for (Program& program : programs) {
    const uint64_t tensors = constants + constantBytes;
    moveParts(program, constants - program.constantsAddress, tensors - program.readOnlyEnd);
    program.programAddress = address;
    program.constantsAddress = constants;
    program.readOnlyEnd = tensors;
    program.memoryBytes = tensors + tensorBytes;
    address += roundUp(program.commands.size() * kCommandBytes, kPage);
  }
}

}  // namespace intformer::compiler
