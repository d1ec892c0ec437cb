#include "sw/emulator/first_fault.hpp"

#include <algorithm>

namespace intformer {
namespace {

uint64_t field(const Command& command, Field name) {
  return static_cast<uint64_t>(command.get(name));
}

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
  const uint64_t words = field(command, Field::ChunkWords);
  for (uint64_t c = 0; c < field(command, Field::Chunks); ++c)
    if (auto error = faults.of(
            {field(command, Field::MemoryAddr) + c * field(command, Field::MemoryStride),
             words * around.plan.dim,
             field(command, Field::ScratchAddr) + c * field(command, Field::ScratchStride), 1,
             words}))
      return error;
  return std::nullopt;
}

std::optional<DeviceError> gatherFault(const Surroundings& around, const Command& command,
                                       const std::function<std::vector<uint32_t>()>& rowList) {
  const TransferFaults faults(around, false);
  const uint64_t list = field(command, Field::IndexAddr);
  if (const auto fault = faults.memoryFault(list, 4 * field(command, Field::Chunks)))
    return fault->error;
  const std::vector<uint32_t> rows = rowList();
  const uint64_t words = field(command, Field::ChunkWords);
  for (uint64_t r = 0; r < rows.size(); ++r) {
    if (rows[r] >= field(command, Field::IndexLimit))
      return DeviceError{ErrorCode::IndexRange, list + 4 * r, {}};
    if (auto error = faults.of(
            {field(command, Field::MemoryAddr) + rows[r] * field(command, Field::MemoryStride),
             words * around.plan.dim,
             field(command, Field::ScratchAddr) + r * field(command, Field::ScratchStride),
             field(command, Field::WordStride), words}))
      return error;
  }
  return std::nullopt;
}

std::optional<DeviceError> matmulFault(const Plan& plan, const Command& command) {
  const uint64_t dim = plan.dim, rows = field(command, Field::MatmulRows);
  const uint64_t depth = field(command, Field::Depth), cols = field(command, Field::Cols);
  const bool transposed = command.get(Field::BTransposed) != 0;
  for (uint64_t n = 0; n * dim < cols; ++n)
    for (uint64_t k = 0; k * dim < depth; ++k) {
      const uint64_t b = field(command, Field::BAddr) +
                         (transposed ? k : n) * field(command, Field::BStride) +
                         (transposed ? n : k) * dim;
      const uint64_t count = std::min(dim, transposed ? cols - n * dim : depth - k * dim);
      if (const uint64_t w = firstBeyond(b, 1, count, plan.scratchWords); w < count)
        return scratchError(b + w);
      const uint64_t a = field(command, Field::AAddr) + k * field(command, Field::AStride);
      const uint64_t c = field(command, Field::CAddr) + n * field(command, Field::CStride);
      const uint64_t aRow = firstBeyond(a, 1, rows, plan.scratchWords);
      const uint64_t cRow = firstBeyond(c, 1, rows, plan.accRows);
      if (aRow < rows && aRow <= cRow) return scratchError(a + aRow);
      if (cRow < rows) return DeviceError{ErrorCode::AccumulatorRange, c + cRow, {}};
    }
  return std::nullopt;
}

std::optional<DeviceError> vectorFault(const Plan& plan, const Command& command) {
  const VectorShape shape = vectorShape(command);
  const uint64_t rows = field(command, Field::Rows);
  if (shape.readsStatistics || shape.writesStatistics) {
    const uint64_t slot = field(command, Field::StatRow);
    if (slot + rows > plan.statRows)
      return DeviceError{ErrorCode::StatRange, std::max<uint64_t>(slot, plan.statRows), {}};
  }
  if (!shape.accumulator && !shape.in) return std::nullopt;  // row scalar
  // What a row uses, in the order in which it does: `words` words from base + row * words on.
  struct Stream {
    bool used;
    Field base, stride;
    uint64_t words, end;
    ErrorCode code;
  };
  const Stream streams[] = {
      {shape.accumulator, Field::AccAddr, Field::AccStride, 1, plan.accRows,
       ErrorCode::AccumulatorRange},
      {shape.in, Field::InAddr, Field::InStride, shape.in16 ? 2U : 1U, plan.scratchWords,
       ErrorCode::ScratchRange},
      {shape.out8, Field::OutAddr, Field::OutStride, 1, plan.scratchWords, ErrorCode::ScratchRange},
      {shape.out16, Field::Out16Addr, Field::Out16Stride, 2, plan.scratchWords,
       ErrorCode::ScratchRange}};
  const uint64_t constants = constantBytes(command.opcode());
  for (uint64_t p = 0; p < field(command, Field::Panels); ++p) {
    const uint64_t record = field(command, Field::ConstAddr) + p * constants;
    if (const uint64_t w = firstBeyond(record, 1, constants, plan.scratchWords); w < constants)
      return scratchError(record + w);
    std::optional<DeviceError> first;
    uint64_t firstRow = rows;
    for (const Stream& stream : streams) {
      if (!stream.used) continue;
      const uint64_t base = field(command, stream.base) + p * field(command, stream.stride);
      const uint64_t word = firstBeyond(base, 1, rows * stream.words, stream.end);
      if (word / stream.words >= firstRow) continue;
      firstRow = word / stream.words;
      first = DeviceError{stream.code, base + word, {}};
    }
    if (first) return first;
  }
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
  switch (*findOpcode(static_cast<uint8_t>(command.opcode()))->queue) {
    case Queue::Load:
    case Queue::Store: return transferFault(around, command);
    case Queue::Matmul: return matmulFault(around.plan, command);
    case Queue::Vector: return vectorFault(around.plan, command);
  }
  return std::nullopt;
}

}  // namespace intformer
