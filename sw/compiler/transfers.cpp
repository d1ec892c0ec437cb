#include "sw/compiler/transfers.hpp"

#include <fmt/format.h>

namespace intformer::compiler {
namespace {

/// Whether a LayerNorm of the same segment follows, so that its sums can be gathered on the way.
bool feedsLayerNorm(const Context& context, uint32_t index, TensorId output) {
  const std::vector<uint32_t>& segmentOf = context.work.order().segmentOf;
  const std::vector<Operator>& ops = context.graph.operators;
  for (uint32_t op = index + 1; op < ops.size() && segmentOf[op] == segmentOf[index]; ++op)
    if (match(
            ops[op], [&](const LayerNorm& norm) { return norm.input == output; },
            [](const Linear&) { return false; }, [](const Attention&) { return false; },
            [](const Embedding&) { return false; }, [](const Product&) { return false; }))
      return true;
  return false;
}

Command transfer(const Context& context, Opcode opcode, TensorId tensor, const Part& part,
                 uint32_t address, uint32_t stride) {
  const TensorLayout& shape = context.of(tensor);
  const uint64_t memory = shape.at(part.firstPanel, part.firstRow, context.plan.dim);
  return Command(opcode)
      .set(Field::ScratchAddr, address)
      .set(Field::MemoryAddr, static_cast<int64_t>(memory))
      .set(Field::ChunkWords, part.rows * shape.wordsPerRow)
      .set(Field::Chunks, part.panels)
      .set(Field::ScratchStride, stride)
      .set(Field::MemoryStride, static_cast<int64_t>(shape.panelBytes));
}

AddressBase baseOf(const TensorLayout& shape) {
  return shape.constant ? AddressBase::Constants : AddressBase::Tensors;
}

}  // namespace

Target findTarget(Context& context, TensorId tensor, const RowBlock& block) {
  Target result{.tensor = tensor};
  const Work& work = context.work;
  if (work.nextUse(tensor, block.index, true) == Work::kNever) return result;
  const bool needed = work.nextUse(tensor, block.index, false) != Work::kNever;
  const TensorLayout& shape = context.of(tensor);
  result.resident =
      context.heap.allocate(tensor, block.index, shape.panels * block.rows * shape.wordsPerRow,
                            work.step(), !needed);
  if (result.resident == nullptr && needed && context.resident())
    throw Unfit(fmt::format("{} rows of tensor {} do not fit the scratchpad", block.rows,
                            context.graph.tensors[tensor].name));
  return result;
}

std::optional<uint32_t> gatherFor(Context& context, uint32_t op, TensorId output,
                                  const RowBlock& block) {
  if (!feedsLayerNorm(context, op, output)) return std::nullopt;
  const uint32_t slot = context.statistics.allocate(block.rows);
  context.gathered[{output, block.index}] = slot;
  return slot;
}

Piece place(Context& context, const Target& target, const RowBlock& block, uint32_t firstPanel,
            uint32_t panels) {
  const uint32_t stride = block.rows * context.of(target.tensor).wordsPerRow;
  if (target.resident != nullptr)
    return {target.resident->address + firstPanel * stride, stride, false};
  return {context.results.allocate(panels * stride), stride, true};
}

void store(Context& context, TensorId tensor, const Piece& piece, const Part& part) {
  if (context.of(tensor).stored)
    context.stream.emit(
        transfer(context, Opcode::Store, tensor, part, piece.address, piece.stride),
        AddressBase::Tensors);
  if (piece.transient) context.results.release(piece.address);
}

void load(Context& context, TensorId tensor, uint32_t address, const Part& part) {
  const uint32_t stride = part.rows * context.of(tensor).wordsPerRow;
  context.stream.emit(transfer(context, Opcode::Load, tensor, part, address, stride),
                      baseOf(context.of(tensor)));
}

namespace {

/// Rows of a set that one command moves: whole runs, or a part of one.
struct Runs {
  uint32_t first = 0;  ///< row of the part
  uint32_t count = 1;
  uint32_t rows = 0;  ///< of each
};

std::vector<Runs> runsOf(const SetPart& part) {
  std::vector<Runs> runs;
  for (uint32_t done = 0; done < part.rows;) {
    const uint32_t within = (part.first + done) % part.set.run, left = part.rows - done;
    if (within != 0 || left < part.set.run)
      runs.push_back({done, 1, std::min(part.set.run - within, left)});
    else
      runs.push_back({done, left / part.set.run, part.set.run});
    done += runs.back().count * runs.back().rows;
  }
  return runs;
}

void transferRuns(Context& context, Opcode opcode, TensorId tensor, const Piece& piece,
                  const SetPart& part) {
  const TensorLayout& shape = context.of(tensor);
  const uint32_t words = shape.wordsPerRow;
  for (uint32_t panel = 0; panel < part.panels; ++panel)
    for (const Runs& runs : runsOf(part)) {
      const uint32_t row = part.set.at(part.first + runs.first);
      context.stream.emit(
          Command(opcode)
              .set(Field::ScratchAddr, piece.address + panel * piece.stride + runs.first * words)
              .set(Field::MemoryAddr, static_cast<int64_t>(shape.at(part.firstPanel + panel, row,
                                                                    context.plan.dim)))
              .set(Field::ChunkWords, runs.rows * words)
              .set(Field::Chunks, runs.count)
              .set(Field::ScratchStride, runs.rows * words)
              .set(Field::MemoryStride, int64_t{part.set.step} * words * context.plan.dim),
          baseOf(shape));
    }
}

}  // namespace

void loadRows(Context& context, TensorId tensor, uint32_t address, const SetPart& part) {
  if (part.set.isRange())
    return load(context, tensor, address,
                {part.firstPanel, part.panels, part.set.first + part.first, part.rows});
  transferRuns(context, Opcode::Load, tensor,
               {address, part.rows * context.of(tensor).wordsPerRow, false}, part);
}

void storeRows(Context& context, TensorId tensor, const Piece& piece, const SetPart& part) {
  if (part.set.isRange())
    return store(context, tensor, piece,
                 {part.firstPanel, part.panels, part.set.first + part.first, part.rows});
  transferRuns(context, Opcode::Store, tensor, piece, part);
  if (piece.transient) context.results.release(piece.address);
}

void loadConstants(Context& context, uint64_t offset, uint32_t address, uint32_t words) {
  loadConstants(context, {offset, uint64_t{words} * context.plan.dim, 1, words}, address, words);
}

void loadConstants(Context& context, const ConstantRuns& runs, uint32_t address, uint32_t stride) {
  context.stream.emit(Command(Opcode::Load)
                          .set(Field::ScratchAddr, address)
                          .set(Field::MemoryAddr, static_cast<int64_t>(runs.offset))
                          .set(Field::ChunkWords, runs.words)
                          .set(Field::Chunks, runs.count)
                          .set(Field::ScratchStride, stride)
                          .set(Field::MemoryStride, static_cast<int64_t>(runs.pitch)),
                      AddressBase::Constants);
}

}  // namespace intformer::compiler
