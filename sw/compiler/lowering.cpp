#include "sw/compiler/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace intformer {
namespace {

/// Of one program: 192 MiB of it, and about 1 GiB while it is compiled.
constexpr std::size_t kMostCommands = std::size_t{3} << 20;

uint32_t heapWords(const Plan& plan, const Division& division) {
  const uint64_t taken = uint64_t{division.streamed} + division.results;
  if (taken > plan.scratchWords) throw Unfit("the scratchpad is too small to be divided");
  return plan.scratchWords - static_cast<uint32_t>(taken);
}

/// Whether a LayerNorm of the same segment follows, so that its sums can be gathered on the way.
bool feedsLayerNorm(const Graph& graph, const TaskOrder& order, uint32_t opIndex,
                    TensorId output) {
  for (uint32_t op = opIndex + 1; op < graph.operators.size(); ++op) {
    if (order.segmentOf[op] != order.segmentOf[opIndex]) return false;
    const auto* norm = std::get_if<LayerNorm>(&graph.operators[op]);
    if (norm != nullptr && norm->input == output) return true;
  }
  return false;
}

/// `commands`: how many the whole model will need, by those of its first tasks.
[[noreturn]] void refuseLength(const Graph& graph, const Plan& plan, double commands) {
  throw CompileError(fmt::format(
      "{} needs about {:.1f} million commands on {}, {:.0f} MiB of program; at most {:.1f} million "
      "are compiled: raise scratchpad.bytes, accumulator.bytes or array.dim, or shorten the "
      "sequences",
      graph.name, commands / 1e6, plan.name, commands * kCommandBytes / (1 << 20),
      kMostCommands / 1e6));
}

}  // namespace

Lowering::Lowering(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                   Schedule schedule, bool sharedConstants)
    : graph_(graph), plan_(plan), layout_(layout), schedule_(std::move(schedule)),
      sharedConstants_(sharedConstants), stream_(plan),
      streamed_("scratchpad words for streamed operands", 0, schedule_.frame.division.streamed),
      results_("scratchpad words for results", schedule_.frame.division.streamed,
               schedule_.frame.division.results),
      accumulator_("accumulator rows", 0, plan.accRows),
      statistics_("row statistics slots", 0, plan.statRows),
      heap_(schedule_.frame.division.streamed + schedule_.frame.division.results,
            heapWords(plan, schedule_.frame.division),
            [this](TensorId tensor, uint32_t block) { return nextUse(tensor, block, true); }),
      chunks_(graph.operators.size()) {}

void Lowering::scheduleSteps() {
  std::vector<std::vector<QueryRows>> steps(graph_.operators.size());
  for (std::size_t op = 0; op < graph_.operators.size(); ++op) {
    const auto* attention = std::get_if<Attention>(&graph_.operators[op]);
    if (attention == nullptr) continue;
    const auto& cut = std::get<AttentionCut>(schedule_.cuts[op]);
    if (cut.keys != 0) continue;
    steps[op] = stepsOf(*attention, cut);
    for (const QueryRows& rows : steps[op]) {
      const bool first = steps_.empty() || &rows == &steps[op].front() ||
                         steps_.back().head != rows.head;
      if (first && !steps_.empty()) steps_.back().lastOfHead = true;
      steps_.push_back({.head = rows.head, .queries = rows.rows, .firstOfHead = first});
    }
    steps_.back().lastOfHead = true;
  }
  order_ = orderTasks(graph_, schedule_.frame.rowBlock, steps);
  done_.assign(order_.tasks.size(), false);
}

uint64_t Lowering::nextUse(TensorId tensor, uint32_t block, bool attention) const {
  uint64_t next = ResidentHeap::kNever;
  const auto look = [&](const TaskOrder::Uses& uses) {
    const auto found = uses.find({tensor, block});
    if (found == uses.end()) return;
    for (auto task = std::ranges::lower_bound(found->second, firstOpen_);
         task != found->second.end() && *task < next; ++task)
      if (!done_[*task]) next = *task;
  };
  look(order_.uses);
  if (attention) look(order_.attends);
  return next;
}

void Lowering::checkTiling() const {
  const auto residentWords = [&](TensorId tensor) -> uint64_t {
    if (tensor == kNoTensor || nextUse(tensor, 0, false) == ResidentHeap::kNever) return 0;
    const TensorLayout& shape = layout(tensor);
    return uint64_t{shape.panels} * shape.wordsPerRow * std::min(schedule_.frame.rowBlock, shape.rows);
  };
  for (const Task& task : order_.tasks) {
    const Operator& op = graph_.operators[task.op];
    uint64_t words = 0;
    if (task.block.index != 0 || std::holds_alternative<Attention>(op)) {
      continue;
    } else if (const auto* linear = std::get_if<Linear>(&op)) {
      words = residentWords(linear->input) + residentWords(linear->output);
    } else if (const auto* embedding = std::get_if<Embedding>(&op)) {
      words = residentWords(embedding->output);
    } else {
      const auto& norm = std::get<LayerNorm>(op);
      words = residentWords(norm.input) + residentWords(norm.output8) +
              residentWords(norm.output16);
    }
    if (schedule_.frame.operands == Operands::Resident && words > heap_.size())
      throw Unfit(fmt::format("operator {} needs {} resident scratchpad words of {}",
                              operatorName(op), words, heap_.size()));
  }
}

void Lowering::run() {
  scheduleSteps();
  checkTiling();
  if (sharedConstants_) placeConstants();
  for (step_ = 0; step_ < order_.tasks.size(); ++step_) {
    const std::size_t next = pick();
    done_[next] = true;
    while (firstOpen_ < done_.size() && done_[firstOpen_]) ++firstOpen_;
    lowerTask(order_.tasks[next]);
    heap_.unpinAll();
    if (stream_.size() > kMostCommands)
      refuseLength(graph_, plan_, static_cast<double>(stream_.size()) *
                                      static_cast<double>(done_.size()) /
                                      static_cast<double>(step_ + 1));
  }
}

void Lowering::lowerTask(const Task& task) {
  stream_.setOwner(task.op);
  const Operator& op = graph_.operators[task.op];
  if (const auto* linear = std::get_if<Linear>(&op)) {
    lowerLinear(task.op, *linear, task.block);
    wrote(linear->output, task.block.index);
  } else if (const auto* norm = std::get_if<LayerNorm>(&op)) {
    lowerLayerNorm(*norm, task.block);
    wrote(norm->output8, task.block.index);
    wrote(norm->output16, task.block.index);
  } else if (const auto* embedding = std::get_if<Embedding>(&op)) {
    lowerEmbedding(task.op, *embedding, task.block);
    wrote(embedding->output, task.block.index);
  } else {
    lowerAttention(std::get<Attention>(op), task);
  }
}

std::optional<uint32_t> Lowering::statisticsOf(uint32_t opIndex, TensorId output,
                                               const RowBlock& block) {
  if (!feedsLayerNorm(graph_, order_, opIndex, output)) return std::nullopt;
  const uint32_t slot = statistics_.allocate(block.rows);
  gathered_[{output, block.index}] = slot;
  return slot;
}

Lowering::Target Lowering::target(TensorId tensor, const RowBlock& block) {
  Target result{.tensor = tensor};
  if (nextUse(tensor, block.index, true) == ResidentHeap::kNever) return result;
  const bool needed = nextUse(tensor, block.index, false) != ResidentHeap::kNever;
  const TensorLayout& shape = layout(tensor);
  result.resident = heap_.allocate(tensor, block.index,
                                   shape.panels * block.rows * shape.wordsPerRow, step_, !needed);
  if (result.resident == nullptr && needed && schedule_.frame.operands == Operands::Resident)
    throw Unfit(fmt::format("{} rows of tensor {} do not fit the scratchpad", block.rows,
                            graph_.tensors[tensor].name));
  return result;
}

Lowering::Piece Lowering::place(const Target& target, const RowBlock& block, uint32_t firstPanel,
                                uint32_t panels) {
  const uint32_t stride = block.rows * layout(target.tensor).wordsPerRow;
  if (target.resident != nullptr)
    return {target.resident->address + firstPanel * stride, stride, false};
  return {results_.allocate(panels * stride), stride, true};
}

Command Lowering::transfer(Opcode opcode, TensorId tensor, uint32_t address, uint32_t stride,
                           uint32_t firstPanel, uint32_t panels, uint32_t firstRow,
                           uint32_t rows) const {
  const TensorLayout& shape = layout(tensor);
  return Command(opcode)
      .set(Field::ScratchAddr, address)
      .set(Field::MemoryAddr, static_cast<int64_t>(shape.at(firstPanel, firstRow, plan_.dim)))
      .set(Field::ChunkWords, rows * shape.wordsPerRow)
      .set(Field::Chunks, panels)
      .set(Field::ScratchStride, stride)
      .set(Field::MemoryStride, static_cast<int64_t>(shape.panelBytes));
}

void Lowering::store(TensorId tensor, const Piece& piece, uint32_t firstPanel, uint32_t panels,
                     uint32_t firstRow, uint32_t rows) {
  if (layout(tensor).stored)
    stream_.emit(transfer(Opcode::Store, tensor, piece.address, piece.stride, firstPanel, panels,
                          firstRow, rows),
                 AddressBase::Tensors);
  if (piece.transient) results_.release(piece.address);
}

void Lowering::load(TensorId tensor, uint32_t address, uint32_t firstPanel, uint32_t panels,
                    uint32_t firstRow, uint32_t rows) {
  const uint32_t stride = rows * layout(tensor).wordsPerRow;
  stream_.emit(transfer(Opcode::Load, tensor, address, stride, firstPanel, panels, firstRow, rows),
               AddressBase::Tensors);
}

void Lowering::loadConstants(uint64_t offset, uint32_t address, uint32_t words) {
  loadConstants(offset, uint64_t{words} * plan_.dim, 1, address, words, words);
}

void Lowering::loadConstants(uint64_t offset, uint64_t pitch, uint32_t chunks, uint32_t address,
                             uint32_t stride, uint32_t words) {
  stream_.emit(Command(Opcode::Load)
                   .set(Field::ScratchAddr, address)
                   .set(Field::MemoryAddr, static_cast<int64_t>(offset))
                   .set(Field::ChunkWords, words)
                   .set(Field::Chunks, chunks)
                   .set(Field::ScratchStride, stride)
                   .set(Field::MemoryStride, static_cast<int64_t>(pitch)),
               AddressBase::Constants);
}

}  // namespace intformer
