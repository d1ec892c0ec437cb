#include <algorithm>

#include "gen/tables/operands.hpp"
#include "sw/compiler/cuts.hpp"
#include "sw/compiler/lowering.hpp"
#include "sw/compiler/transfers.hpp"
#include "sw/numerics/layernorm.hpp"

namespace intformer::compiler {
namespace {

/// Sums of rows that nobody has summed up on the way: their slot.
uint32_t gatherStatistics(Context& context, const LayerNorm& op, const RowBlock& block,
                          const Resident* input) {
  // They pass through a residual without a product. Its accumulator rows count nothing, but must
  // have been written.
  const uint32_t panels = context.of(op.input).panels;
  const uint32_t stride = block.rows * 2;
  const uint32_t words = constantBytes(Opcode::Residual);
  const uint32_t constants = context.streamed.allocate(words);
  loadConstants(context, context.constants.identity(), constants, words);
  const uint32_t statRow = context.statistics.allocate(block.rows);
  const uint32_t sums = context.accumulator.allocate(block.rows);
  const uint32_t scrap = context.results.allocate(stride);
  for (uint32_t panel = 0; panel < panels; ++panel) {
    uint32_t address = 0;
    if (input != nullptr) {
      address = input->address + panel * stride;
    } else {
      address = context.streamed.allocate(stride);
      load(context, op.input, address, {panel, 1, block.first, block.rows});
    }
    if (panel == 0)
      context.stream.emit(Command(Opcode::Matmul)
                              .set(Field::AAddr, address)
                              .set(Field::AStride, block.rows)
                              .set(Field::BAddr, address)
                              .set(Field::BStride, 1)
                              .set(Field::CAddr, sums)
                              .set(Field::CStride, block.rows)
                              .set(Field::MatmulRows, block.rows)
                              .set(Field::Depth, 1)
                              .set(Field::Cols, 1));
    context.stream.emit(Command(Opcode::Residual)
                            .set(Field::AccAddr, sums)
                            .set(Field::AccStride, block.rows)
                            .set(Field::InAddr, address)
                            .set(Field::InStride, stride)
                            .set(Field::In16, 1)
                            .set(Field::Out16Addr, scrap)
                            .set(Field::Out16Stride, stride)
                            .set(Field::ConstAddr, constants)
                            .set(Field::Rows, block.rows)
                            .set(Field::Panels, 1)
                            .set(Field::StatRow, statRow)
                            .set(Field::Stats, 1)
                            .set(Field::StatsInit, panel == 0));
    if (input == nullptr) context.streamed.release(address);
  }
  context.results.release(scrap);
  context.accumulator.release(sums);
  context.streamed.release(constants);
  return statRow;
}

}  // namespace

void lowerLayerNorm(Context& context, uint32_t index, const LayerNorm& op, const RowBlock& block) {
  const TensorLayout& in = context.of(op.input);
  const uint32_t stride = block.rows * 2;
  Resident* input = context.heap.use(op.input, block.index, context.work.step());
  if (input == nullptr) {
    input = context.heap.allocate(op.input, block.index, in.panels * stride, context.work.step());
    if (input != nullptr)
      load(context, op.input, input->address, {0, in.panels, block.first, block.rows});
    else if (context.resident())
      throw Unfit("a LayerNorm's input does not fit the scratchpad");
  }

  auto gathered = context.gathered.extract({op.input, block.index});
  const uint32_t statRow =
      gathered ? gathered.mapped() : gatherStatistics(context, op, block, input);

  const NormWidth width = normWidth(in.cols);
  context.stream.emit(Command(Opcode::RowScalarLayerNorm)
                          .set(Field::Rows, block.rows)
                          .set(Field::StatRow, statRow)
                          .set(Field::MeanFactor, width.meanFactor)
                          .set(Field::Epsilon, static_cast<int64_t>(op.epsilon))
                          .set(Field::Width, width.width)
                          .set(Field::WidthLog, width.log)
                          .set(Field::RootMeanSquare, op.rootMeanSquare));

  const Target narrow = op.output8 == kNoTensor ? Target{} : findTarget(context, op.output8, block);
  const Target wide = op.output16 == kNoTensor ? Target{} : findTarget(context, op.output16, block);
  const uint32_t words = constantBytes(Opcode::LayerNorm);
  NormWords panelWords{.streamed = words + (input == nullptr ? stride : 0)};
  if (op.output8 != kNoTensor && narrow.resident == nullptr) panelWords.results += block.rows;
  if (op.output16 != kNoTensor && wide.resident == nullptr) panelWords.results += stride;
  const uint32_t group = normPanels(in.panels, panelWords, context.schedule.frame.division);

  const uint64_t records = context.constants.norm(index);
  for (uint32_t panel = 0; panel < in.panels; panel += group) {
    const uint32_t panels = std::min(group, in.panels - panel);
    const uint32_t constants = context.streamed.allocate(panels * words);
    loadConstants(context, records + uint64_t{panel} * words * context.plan.dim, constants,
                  panels * words);
    uint32_t address = 0;
    if (input != nullptr) {
      address = input->address + panel * stride;
    } else {
      address = context.streamed.allocate(panels * stride);
      load(context, op.input, address, {panel, panels, block.first, block.rows});
    }
    Command command(Opcode::LayerNorm);
    command.set(Field::InAddr, address)
        .set(Field::InStride, stride)
        .set(Field::ConstAddr, constants)
        .set(Field::Rows, block.rows)
        .set(Field::Panels, panels)
        .set(Field::StatRow, statRow)
        .set(Field::Shift, op.shift);
    Piece narrowPiece;
    Piece widePiece;
    if (op.output8 != kNoTensor) {
      narrowPiece = place(context, narrow, block, panel, panels);
      command.set(Field::OutAddr, narrowPiece.address)
          .set(Field::OutStride, narrowPiece.stride)
          .set(Field::Out8, 1);
    }
    if (op.output16 != kNoTensor) {
      widePiece = place(context, wide, block, panel, panels);
      command.set(Field::Out16Addr, widePiece.address)
          .set(Field::Out16Stride, widePiece.stride)
          .set(Field::Out16, 1);
    }
    context.stream.emit(command);
    context.streamed.release(constants);
    if (input == nullptr) context.streamed.release(address);
    if (op.output8 != kNoTensor)
      store(context, op.output8, narrowPiece, {panel, panels, block.first, block.rows});
    if (op.output16 != kNoTensor)
      store(context, op.output16, widePiece, {panel, panels, block.first, block.rows});
  }
  context.statistics.release(statRow);
}

}  // namespace intformer::compiler
