#include "sw/emulator/self_overlap.hpp"

#include <unordered_map>

namespace intformer {
namespace {

/// Whether any scratchpad interval that is read meets one that is written.
bool mayOverlap(const std::vector<Touch>& touches) {
  for (const Touch& read : touches) {
    if (read.write || read.space != Space::Scratch) continue;
    for (const Touch& write : touches)
      if (write.write && write.space == Space::Scratch && write.begin < read.end &&
          read.begin < write.end)
        return true;
  }
  return false;
}

/// Walks the command's rows in order and looks for a read after a write.
std::optional<Touch> walkVector(const Command& command) {
  const auto get = [&](Field name) { return static_cast<uint64_t>(command.get(name)); };
  const Opcode opcode = command.opcode();
  const bool norm = opcode == Opcode::LayerNorm;
  const bool reads = norm || opcode == Opcode::Residual;
  const bool wideIn = norm || get(Field::In16) != 0;
  const bool out16 = opcode == Opcode::Residual ||
                     ((norm || opcode == Opcode::Requantize) && get(Field::Out16) != 0);
  const bool out8 = norm || opcode == Opcode::Requantize ? get(Field::Out8) != 0
                                                         : opcode != Opcode::Residual;
  const uint64_t constants = constantBytes(opcode);
  std::unordered_map<uint64_t, uint64_t> written;  // word -> first step that wrote it
  std::optional<Touch> overlap;
  const auto read = [&](uint64_t address, uint64_t step) {
    const auto found = written.find(address);
    if (found != written.end() && found->second < step && !overlap)
      overlap = Touch{Space::Scratch, false, address, address + 1};
  };
  for (uint64_t p = 0; p < get(Field::Panels); ++p) {
    for (uint64_t r = 0; r < get(Field::Rows); ++r) {
      const uint64_t step = p * get(Field::Rows) + r;
      if (r == 0)
        for (uint64_t b = 0; b < constants; ++b)
          read(get(Field::ConstAddr) + p * constants + b, step);
      const uint64_t in = get(Field::InAddr) + p * get(Field::InStride);
      if (reads) read(wideIn ? in + 2 * r : in + r, step);
      if (reads && wideIn) read(in + 2 * r + 1, step);
      const uint64_t wide = get(Field::Out16Addr) + p * get(Field::Out16Stride) + 2 * r;
      if (out8) written.emplace(get(Field::OutAddr) + p * get(Field::OutStride) + r, step);
      if (out16) written.emplace(wide, step);
      if (out16) written.emplace(wide + 1, step);
      if (overlap) return overlap;
    }
  }
  return overlap;
}

}  // namespace

std::optional<Touch> findSelfOverlap(const Plan& plan, const Command& command,
                                      const std::vector<Touch>& touches) {
  if (command.opcode() == Opcode::Matmul) {
    if (command.get(Field::Cols) > plan.dim &&
        command.get(Field::CStride) < command.get(Field::MatmulRows)) {
      const auto row =
          static_cast<uint64_t>(command.get(Field::CAddr) + command.get(Field::CStride));
      return Touch{Space::Accumulator, true, row, row + 1};
    }
    return std::nullopt;
  }
  const OpcodeSpec* spec = findOpcode(static_cast<uint8_t>(command.opcode()));
  if (spec == nullptr || spec->queue != Queue::Vector || !mayOverlap(touches)) return std::nullopt;
  return walkVector(command);
}

}  // namespace intformer
