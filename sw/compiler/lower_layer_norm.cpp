#include <algorithm>

#include "sw/compiler/lowering.hpp"
#include "sw/numerics/layernorm.hpp"

namespace intformer {
namespace {

/// Commands that a block's normalization is cut into, so that stores and the next matmul follow.
constexpr uint32_t kNormPieces = 4;

}  // namespace

uint32_t Lowering::gatherStatistics(const LayerNorm& op, const RowBlock& block,
                                    const Resident* input) {
  // Nobody has summed these rows up on the way: pass them through a residual without a product.
  // Its accumulator rows count nothing, but must have been written.
  const uint32_t panels = layout(op.input).panels;
  const uint32_t stride = block.rows * 2;
  const uint32_t words = constantBytes(Opcode::Residual);
  const uint32_t constants = streamed_.allocate(words);
  loadConstants(identityPlace(), constants, words);
  const uint32_t statRow = statistics_.allocate(block.rows);
  const uint32_t sums = accumulator_.allocate(block.rows);
  const uint32_t scrap = results_.allocate(stride);
  for (uint32_t panel = 0; panel < panels; ++panel) {
    uint32_t address = 0;
    if (input != nullptr) {
      address = input->address + panel * stride;
    } else {
      address = streamed_.allocate(stride);
      load(op.input, address, panel, 1, block.first, block.rows);
    }
    if (panel == 0)
      stream_.emit(Command(Opcode::Matmul)
                       .set(Field::AAddr, address)
                       .set(Field::AStride, block.rows)
                       .set(Field::BAddr, address)
                       .set(Field::BStride, 1)
                       .set(Field::CAddr, sums)
                       .set(Field::CStride, block.rows)
                       .set(Field::MatmulRows, block.rows)
                       .set(Field::Depth, 1)
                       .set(Field::Cols, 1));
    stream_.emit(Command(Opcode::Residual)
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
    if (input == nullptr) streamed_.release(address);
  }
  results_.release(scrap);
  accumulator_.release(sums);
  streamed_.release(constants);
  return statRow;
}

void Lowering::lowerLayerNorm(const LayerNorm& op, const RowBlock& block) {
  const TensorLayout& in = layout(op.input);
  const uint32_t stride = block.rows * 2;
  Resident* input = heap_.use(op.input, block.index, step_);
  if (input == nullptr) {
    input = heap_.allocate(op.input, block.index, in.panels * stride, step_);
    if (input != nullptr)
      load(op.input, input->address, 0, in.panels, block.first, block.rows);
    else if (schedule_.frame.operands == Operands::Resident)
      throw Unfit("a LayerNorm's input does not fit the scratchpad");
  }

  const auto gathered = gathered_.find({op.input, block.index});
  const uint32_t statRow = gathered != gathered_.end() ? gathered->second
                                                        : gatherStatistics(op, block, input);
  if (gathered != gathered_.end()) gathered_.erase(gathered);

  const NormWidth width = normWidth(in.cols);
  stream_.emit(Command(Opcode::RowScalarLayerNorm)
                   .set(Field::Rows, block.rows)
                   .set(Field::StatRow, statRow)
                   .set(Field::MeanFactor, width.meanFactor)
                   .set(Field::Epsilon, static_cast<int64_t>(op.epsilon))
                   .set(Field::Width, width.width)
                   .set(Field::WidthLog, width.log));

  const Target narrow = op.output8 == kNoTensor ? Target{} : target(op.output8, block);
  const Target wide = op.output16 == kNoTensor ? Target{} : target(op.output16, block);
  const uint32_t words = constantBytes(Opcode::LayerNorm);
  uint32_t group = ceilDivide(in.panels, kNormPieces);
  uint32_t passing = 0;  // words per panel that only pass through; two groups of them at a time
  if (op.output8 != kNoTensor && narrow.resident == nullptr) passing += block.rows;
  if (op.output16 != kNoTensor && wide.resident == nullptr) passing += stride;
  if (passing != 0) group = std::min(group, results_.size() / (2 * passing));
  if (input == nullptr) group = std::min(group, streamed_.size() / (3 * (stride + words)));
  group = std::clamp(std::min(group, streamed_.size() / (3 * words)), 1U, in.panels);

  const uint64_t records = normPlace(op);
  for (uint32_t panel = 0; panel < in.panels; panel += group) {
    const uint32_t panels = std::min(group, in.panels - panel);
    const uint32_t constants = streamed_.allocate(panels * words);
    loadConstants(records + uint64_t{panel} * words * plan_.dim, constants, panels * words);
    uint32_t address = 0;
    if (input != nullptr) {
      address = input->address + panel * stride;
    } else {
      address = streamed_.allocate(panels * stride);
      load(op.input, address, panel, panels, block.first, block.rows);
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
      narrowPiece = place(narrow, block, panel, panels);
      command.set(Field::OutAddr, narrowPiece.address)
          .set(Field::OutStride, narrowPiece.stride)
          .set(Field::Out8, 1);
    }
    if (op.output16 != kNoTensor) {
      widePiece = place(wide, block, panel, panels);
      command.set(Field::Out16Addr, widePiece.address)
          .set(Field::Out16Stride, widePiece.stride)
          .set(Field::Out16, 1);
    }
    stream_.emit(command);
    streamed_.release(constants);
    if (input == nullptr) streamed_.release(address);
    if (op.output8 != kNoTensor)
      store(op.output8, narrowPiece, panel, panels, block.first, block.rows);
    if (op.output16 != kNoTensor)
      store(op.output16, widePiece, panel, panels, block.first, block.rows);
  }
  statistics_.release(statRow);
}

}  // namespace intformer
