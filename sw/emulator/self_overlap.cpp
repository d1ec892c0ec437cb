#include "sw/emulator/self_overlap.hpp"

#include <unordered_map>

namespace intformer::emulator {
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
std::optional<Touch> walkVector(const CommandOperands& operands, uint64_t panels, uint64_t rows) {
  std::unordered_map<uint64_t, uint64_t> written;  // word -> first step that wrote it
  for (uint64_t panel = 0; panel < panels; ++panel)
    for (uint64_t row = 0; row < rows; ++row) {
      const uint64_t step = panel * rows + row;
      for (const CommandOperand& operand : operands) {
        if (operand.space() != Space::Scratch || row >= operand.rows) continue;
        const uint64_t first = operand.at(panel, row);
        for (uint64_t word = first; word < first + operand.units; ++word) {
          if (operand.write()) {
            written.emplace(word, step);
            continue;
          }
          const auto found = written.find(word);
          if (found != written.end() && found->second < step)
            return Touch{Space::Scratch, false, word, word + 1};
        }
      }
    }
  return std::nullopt;
}

}  // namespace

std::optional<Touch> findSelfOverlap(const Plan& plan, const Command& command,
                                      const std::vector<Touch>& touches) {
  const CommandOperands operands = operandsOf(command, plan.dim);
  if (const CommandOperand* product = operands.find(Field::CAddr)) {
    if (product->blocks == 1 || product->stride >= product->rows) return std::nullopt;
    const uint64_t row = product->at(1, 0);
    return Touch{Space::Accumulator, true, row, row + 1};
  }
  if (!mayOverlap(touches)) return std::nullopt;  // only vector commands may
  return walkVector(operands, command.at(Field::Panels), command.at(Field::Rows));
}

}  // namespace intformer::emulator
