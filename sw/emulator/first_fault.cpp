#include "sw/emulator/first_fault.hpp"

#include <algorithm>

namespace intformer::emulator {
namespace {

/// First k of `count` addresses begin + k * step that is not below `end`; `count` if all are.
uint64_t firstBeyond(uint64_t begin, uint64_t step, uint64_t count, uint64_t end) {
  if (begin >= end) return 0;
  if (step == 0) return count;
  return std::min(count, (end - begin + step - 1) / step);
}

DeviceError scratchError(uint64_t word) { return {ErrorCode::ScratchRange, word, {}}; }

/// A chunk of a transfer: contiguous bytes of memory, words `step` apart in the scratchpad.
struct Chunk {
  uint64_t memory, bytes;
  uint64_t scratch, step, words;
};

/// Walks the chunks of a load or store.
class TransferFaults {
 public:
  TransferFaults(const Surroundings& around, bool store)
      : around_(around),
        store_(store),
        burstBytes_(uint64_t{around.plan.maxBurstBeats} * around.plan.busBytes) {}

  /// Of memory alone: its error and how far into the chunk the trouble begins.
  struct MemoryFault {
    DeviceError error;
    uint64_t offset;
  };
  [[nodiscard]] std::optional<MemoryFault> memoryFault(uint64_t begin, uint64_t bytes) const {
    const uint32_t permission = store_ ? window::kWritable : window::kReadable;
    for (uint64_t done = 0; done < bytes;) {
      const uint64_t first = begin + done;
      const uint64_t count = std::min(bytes - done, burstBytes_ - first % burstBytes_);
      if (!allowed(around_, permission, first, first + count))
        return MemoryFault{{store_ ? ErrorCode::WriteWindow : ErrorCode::ReadWindow, first, {}},
                           done};
      if (first + count > around_.memoryBytes)
        return MemoryFault{{store_ ? ErrorCode::WriteBus : ErrorCode::ReadBus, first, {}},
                           done + (std::max(first, around_.memoryBytes) - first)};
      done += count;
    }
    return std::nullopt;
  }

  /// A word is loaded when all of it has come, and stored when the burst of its first byte has begun.
  [[nodiscard]] std::optional<DeviceError> of(const Chunk& chunk) const {
    const uint64_t end = around_.plan.scratchWords, dim = around_.plan.dim;
    const uint64_t word = firstBeyond(chunk.scratch, chunk.step, chunk.words, end);
    const auto memory = memoryFault(chunk.memory, chunk.bytes);
    const uint64_t needed = store_ ? word * dim + 1 : (word + 1) * dim;
    if (word < chunk.words && (!memory || needed <= memory->offset))
      return scratchError(chunk.scratch + word * chunk.step);
    if (memory) return memory->error;
    return std::nullopt;
  }

 private:
  const Surroundings& around_;
  bool store_;
  uint64_t burstBytes_;
};

std::optional<DeviceError> transferFault(const Surroundings& around, const Command& command) {
  const TransferFaults faults(around, command.opcode() == Opcode::Store);
  const uint64_t words = command.at(Field::ChunkWords);
  for (uint64_t c = 0; c < command.at(Field::Chunks); ++c)
    if (auto error = faults.of(
            {command.at(Field::MemoryAddr) + c * command.at(Field::MemoryStride),
             words * around.plan.dim,
             command.at(Field::ScratchAddr) + c * command.at(Field::ScratchStride), 1,
             words}))
      return error;
  return std::nullopt;
}

std::optional<DeviceError> gatherFault(const Surroundings& around, const Command& command,
                                       const std::function<std::vector<uint32_t>()>& rowList) {
  const TransferFaults faults(around, false);
  const uint64_t list = command.at(Field::IndexAddr);
  if (const auto fault = faults.memoryFault(list, 4 * command.at(Field::Chunks)))
    return fault->error;
  const std::vector<uint32_t> rows = rowList();
  const uint64_t words = command.at(Field::ChunkWords);
  for (uint64_t r = 0; r < rows.size(); ++r) {
    if (rows[r] >= command.at(Field::IndexLimit))
      return DeviceError{ErrorCode::IndexRange, list + 4 * r, {}};
    if (auto error = faults.of(
            {command.at(Field::MemoryAddr) + rows[r] * command.at(Field::MemoryStride),
             words * around.plan.dim,
             command.at(Field::ScratchAddr) + r * command.at(Field::ScratchStride),
             command.at(Field::WordStride), words}))
      return error;
  }
  return std::nullopt;
}

std::optional<DeviceError> matmulFault(const Plan& plan, const Command& command) {
  const uint64_t dim = plan.dim, rows = command.at(Field::MatmulRows);
  const uint64_t depth = command.at(Field::Depth), cols = command.at(Field::Cols);
  const bool transposed = command.flag(Field::BTransposed);
  for (uint64_t n = 0; n * dim < cols; ++n)
    for (uint64_t k = 0; k * dim < depth; ++k) {
      const uint64_t b = command.at(Field::BAddr) +
                         (transposed ? k : n) * command.at(Field::BStride) +
                         (transposed ? n : k) * dim;
      const uint64_t count = std::min(dim, transposed ? cols - n * dim : depth - k * dim);
      if (const uint64_t w = firstBeyond(b, 1, count, plan.scratchWords); w < count)
        return scratchError(b + w);
      const uint64_t a = command.at(Field::AAddr) + k * command.at(Field::AStride);
      const uint64_t c = command.at(Field::CAddr) + n * command.at(Field::CStride);
      const uint64_t aRow = firstBeyond(a, 1, rows, plan.scratchWords);
      const uint64_t cRow = firstBeyond(c, 1, rows, plan.accRows);
      if (aRow < rows && aRow <= cRow) return scratchError(a + aRow);
      if (cRow < rows) return DeviceError{ErrorCode::AccumulatorRange, c + cRow, {}};
    }
  return std::nullopt;
}

/// The first fault of a panel: its constants, then row by row in the order of the operands.
std::optional<DeviceError> panelFault(const Plan& plan, const CommandOperands& operands,
                                      uint64_t panel) {
  std::optional<DeviceError> first;
  uint64_t firstRow = ~uint64_t{0};
  for (const CommandOperand& operand : operands) {
    if (operand.space() == Space::Statistics) continue;
    const bool sums = operand.space() == Space::Accumulator;
    const uint64_t base = operand.at(panel, 0), count = operand.rows * operand.units;
    const uint64_t word = firstBeyond(base, 1, count, sums ? plan.accRows : plan.scratchWords);
    if (word == count || word / operand.units >= firstRow) continue;
    firstRow = word / operand.units;
    first = DeviceError{sums ? ErrorCode::AccumulatorRange : ErrorCode::ScratchRange, base + word,
                        {}};
    if (operand.spec->address == Field::ConstAddr) break;
  }
  return first;
}

std::optional<DeviceError> vectorFault(const Plan& plan, const Command& command) {
  const CommandOperands operands = operandsOf(command, plan.dim);
  if (const CommandOperand* slots = operands.find(Field::StatRow))
    if (slots->begin + slots->rows > plan.statRows)
      return DeviceError{ErrorCode::StatRange, std::max<uint64_t>(slots->begin, plan.statRows),
                         {}};
  if (isRowScalar(command.opcode())) return std::nullopt;
  for (uint64_t panel = 0; panel < command.at(Field::Panels); ++panel)
    if (auto fault = panelFault(plan, operands, panel)) return fault;
  return std::nullopt;
}

/// Whether everything is in its place at once; if not, it may still be burst by burst.
bool plainlyFine(const Surroundings& around, std::span<const Touch> touches) {
  return std::ranges::all_of(touches, [&](const Touch& touch) {
    switch (touch.space) {
      case Space::Memory:
        return touch.end <= around.memoryBytes &&
               allowed(around, touch.write ? window::kWritable : window::kReadable, touch.begin,
                       touch.end);
      case Space::Scratch: return touch.end <= around.plan.scratchWords;
      case Space::Accumulator: return touch.end <= around.plan.accRows;
      case Space::Statistics: return touch.end <= around.plan.statRows;
    }
    return false;
  });
}

}  // namespace

bool allowed(const Surroundings& around, uint32_t permission, uint64_t begin, uint64_t end) {
  const uint32_t bits = around.plan.addressBits;
  if (end <= begin || (bits < 64 && begin >> bits != 0)) return false;
  return std::ranges::any_of(around.windows, [&](const MemoryWindow& w) {
    return (w.permissions & permission) != 0 && begin >= w.base && end <= w.end;
  });
}

std::optional<DeviceError> fetchFault(const Surroundings& around, uint64_t programAddress,
                                      uint64_t count, uint64_t index) {
  const uint64_t burst = around.plan.fetchBurstBytes();
  const uint64_t end = programAddress + count * kCommandBytes;
  const uint64_t begin = programAddress + index * kCommandBytes;
  // The bursts that begin with or inside this command; what lies before was checked before.
  for (uint64_t at = begin; at < begin + kCommandBytes; at += burst - at % burst)
    if ((at == programAddress || at % burst == 0) &&
        !allowed(around, window::kReadable, at, std::min(end, at - at % burst + burst)))
      return DeviceError{ErrorCode::FetchWindow, begin, {}};
  if (begin + kCommandBytes > around.memoryBytes)
    return DeviceError{ErrorCode::FetchBus, begin, {}};
  return std::nullopt;
}

std::optional<DeviceError> firstFault(const Surroundings& around, const Command& command,
                                      std::span<const Touch> touches,
                                      const std::function<std::vector<uint32_t>()>& rowList) {
  if (command.opcode() == Opcode::Gather) return gatherFault(around, command, rowList);
  if (plainlyFine(around, touches)) return std::nullopt;
  switch (*findOpcode(command.opcode())->queue) {
    case Queue::Load:
    case Queue::Store: return transferFault(around, command);
    case Queue::Matmul: return matmulFault(around.plan, command);
    case Queue::Vector: return vectorFault(around.plan, command);
  }
  return std::nullopt;
}

}  // namespace intformer::emulator
