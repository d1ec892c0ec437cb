#include "sw/emulator/touches.hpp"

namespace intformer::emulator {
namespace {

class Collector {
 public:
  explicit Collector(std::vector<Touch>& result) : result_(result) {}

  void add(const CommandOperand& operand, uint64_t begin, uint64_t count) {
    if (!result_.empty()) {
      Touch& last = result_.back();
      if (last.space == operand.space() && last.write == operand.write() && last.end == begin) {
        last.end += count;
        return;
      }
    }
    result_.push_back({operand.space(), operand.write(), begin, begin + count});
  }

  /// One block of an operand, as if it were the block `place` of it.
  void addBlock(const CommandOperand& operand, uint64_t place) {
    if (operand.dense()) return add(operand, operand.at(place, 0), operand.rows * operand.units);
    for (uint64_t row = 0; row < operand.rows; ++row)
      add(operand, operand.at(place, row), operand.units);
  }

 private:
  std::vector<Touch>& result_;
};

}  // namespace

void listTouches(const Plan& plan, const Command& command, std::vector<Touch>& result) {
  result.clear();
  Collector list(result);
  for (const CommandOperand& operand : operandsOf(command, plan.dim))
    for (uint64_t block = 0; !operand.spec->byList && block < operand.blocks; ++block)
      list.addBlock(operand, block);
}

void listGatheredRows(const Plan& plan, const Command& command, std::span<const uint32_t> list,
                      std::vector<Touch>& result) {
  Collector touches(result);
  const CommandOperands operands = operandsOf(command, plan.dim);
  for (const uint32_t row : list) touches.addBlock(*operands.find(Field::MemoryAddr), row);
}

}  // namespace intformer::emulator
