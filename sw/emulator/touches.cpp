#include "sw/emulator/touches.hpp"

namespace intformer {
namespace {

class Collector {
 public:
  explicit Collector(std::vector<Touch>& result) : result_(result) {}

  void add(Space space, bool write, uint64_t begin, uint64_t count) {
    if (count == 0) return;
    if (!result_.empty()) {
      Touch& last = result_.back();
      if (last.space == space && last.write == write && last.end == begin) {
        last.end += count;
        return;
      }
    }
    result_.push_back({space, write, begin, begin + count});
  }

  /// `blocks` runs of `count`, `stride` apart.
  void addBlocks(Space space, bool write, uint64_t begin, uint64_t stride, uint64_t blocks,
                 uint64_t count) {
    for (uint64_t block = 0; block < blocks; ++block)
      add(space, write, begin + block * stride, count);
  }

 private:
  std::vector<Touch>& result_;
};

uint64_t field(const Command& command, Field name) {
  return static_cast<uint64_t>(command.get(name));
}

void listTransfer(const Plan& plan, const Command& command, Collector& list) {
  const bool load = command.opcode() == Opcode::Load;
  const uint64_t words = field(command, Field::ChunkWords);
  const uint64_t chunks = field(command, Field::Chunks);
  const auto memory = [&] {
    list.addBlocks(Space::Memory, !load, field(command, Field::MemoryAddr),
                   field(command, Field::MemoryStride), chunks, words * plan.dim);
  };
  const auto scratch = [&] {
    list.addBlocks(Space::Scratch, load, field(command, Field::ScratchAddr),
                   field(command, Field::ScratchStride), chunks, words);
  };
  if (load) {
    memory();
    scratch();
  } else {
    scratch();
    memory();
  }
}

void listGather(const Command& command, Collector& list) {
  const uint64_t rows = field(command, Field::Chunks);
  list.add(Space::Memory, false, field(command, Field::IndexAddr), 4 * rows);
  for (uint64_t row = 0; row < rows; ++row)
    list.addBlocks(Space::Scratch, true,
                   field(command, Field::ScratchAddr) + row * field(command, Field::ScratchStride),
                   field(command, Field::WordStride), field(command, Field::ChunkWords), 1);
}

void listMatmul(const Plan& plan, const Command& command, Collector& list) {
  const uint64_t dim = plan.dim;
  const uint64_t rows = field(command, Field::MatmulRows);
  const uint64_t depth = field(command, Field::Depth);
  const uint64_t cols = field(command, Field::Cols);
  const uint64_t depthTiles = (depth + dim - 1) / dim;
  const uint64_t colTiles = (cols + dim - 1) / dim;
  list.addBlocks(Space::Scratch, false, field(command, Field::AAddr),
                 field(command, Field::AStride), depthTiles, rows);
  // A panel of B holds one word per depth element, or per column when B is transposed.
  const bool transposed = command.get(Field::BTransposed) != 0;
  list.addBlocks(Space::Scratch, false, field(command, Field::BAddr),
                 field(command, Field::BStride), transposed ? depthTiles : colTiles,
                 transposed ? cols : depth);
  const uint64_t c = field(command, Field::CAddr);
  const uint64_t cStride = field(command, Field::CStride);
  if (command.get(Field::Accumulate) != 0)
    list.addBlocks(Space::Accumulator, false, c, cStride, colTiles, rows);
  list.addBlocks(Space::Accumulator, true, c, cStride, colTiles, rows);
}

void listVector(const Command& command, Collector& list) {
  const VectorShape shape = vectorShape(command);
  const uint64_t rows = field(command, Field::Rows);
  const uint64_t statRow = field(command, Field::StatRow);
  if (shape.readsStatistics) list.add(Space::Statistics, false, statRow, rows);
  if (shape.accumulator || shape.in) {  // not for row scalars, whose words mean other things
    const uint64_t panels = field(command, Field::Panels);
    list.add(Space::Scratch, false, field(command, Field::ConstAddr),
             panels * constantBytes(command.opcode()));
    if (shape.accumulator)
      list.addBlocks(Space::Accumulator, false, field(command, Field::AccAddr),
                     field(command, Field::AccStride), panels, rows);
    if (shape.in)
      list.addBlocks(Space::Scratch, false, field(command, Field::InAddr),
                     field(command, Field::InStride), panels, shape.in16 ? 2 * rows : rows);
    if (shape.out8)
      list.addBlocks(Space::Scratch, true, field(command, Field::OutAddr),
                     field(command, Field::OutStride), panels, rows);
    if (shape.out16)
      list.addBlocks(Space::Scratch, true, field(command, Field::Out16Addr),
                     field(command, Field::Out16Stride), panels, 2 * rows);
  }
  if (shape.writesStatistics) list.add(Space::Statistics, true, statRow, rows);
}

}  // namespace

VectorShape vectorShape(const Command& command) {
  const bool out8 = command.get(Field::Out8) != 0;
  const bool out16 = command.get(Field::Out16) != 0;
  VectorShape shape;
  switch (command.opcode()) {
    case Opcode::Requantize:
      shape.accumulator = true;
      shape.out8 = out8;
      shape.out16 = out16;
      break;
    case Opcode::Residual:
      shape.accumulator = shape.in = shape.out16 = true;
      shape.in16 = command.get(Field::In16) != 0;
      shape.writesStatistics = command.get(Field::Stats) != 0;
      break;
    case Opcode::Activation: shape.accumulator = shape.out8 = true; break;
    case Opcode::RowMax: shape.accumulator = shape.writesStatistics = true; break;
    case Opcode::Exp:
      shape.accumulator = shape.out8 = shape.readsStatistics = shape.writesStatistics = true;
      break;
    case Opcode::RowNormalize:
      shape.accumulator = shape.out8 = shape.readsStatistics = true;
      break;
    case Opcode::LayerNorm:
      shape.in = shape.in16 = shape.readsStatistics = true;
      shape.out8 = out8;
      shape.out16 = out16;
      break;
    default: shape.readsStatistics = shape.writesStatistics = true; break;  // row scalar
  }
  return shape;
}

std::string_view spaceName(Space space) {
  switch (space) {
    case Space::Memory: return "memory byte";
    case Space::Scratch: return "scratchpad word";
    case Space::Accumulator: return "accumulator row";
    case Space::Statistics: return "statistics slot";
  }
  return "";
}

void listTouches(const Plan& plan, const Command& command, std::vector<Touch>& result) {
  result.clear();
  Collector list(result);
  const OpcodeSpec* spec = findOpcode(static_cast<uint8_t>(command.opcode()));
  if (spec == nullptr || !spec->queue) return;
  if (spec->opcode == Opcode::Gather) return listGather(command, list);
  switch (*spec->queue) {
    case Queue::Load:
    case Queue::Store: listTransfer(plan, command, list); break;
    case Queue::Matmul: listMatmul(plan, command, list); break;
    case Queue::Vector: listVector(command, list); break;
  }
}

void listGatheredRows(const Plan& plan, const Command& command, std::span<const uint32_t> list,
                      std::vector<Touch>& result) {
  Collector touches(result);
  for (const uint32_t row : list)
    touches.add(Space::Memory, false,
                field(command, Field::MemoryAddr) + row * field(command, Field::MemoryStride),
                field(command, Field::ChunkWords) * plan.dim);
}

}  // namespace intformer
