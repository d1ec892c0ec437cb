#include "sw/compiler/compile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "sw/compiler/lowering.hpp"

namespace intformer {
namespace {

constexpr uint64_t kPage = 4096;  ///< AXI bursts do not cross it; windows are opened on it

/// Rows of the tallest operand: blocks larger than it change nothing.
uint32_t tallest(const Graph& graph) {
  uint32_t rows = 1;
  for (const Operator& op : graph.operators) {
    if (const auto* linear = std::get_if<Linear>(&op))
      rows = std::max(rows, graph.tensors[linear->input].rows);
    else if (const auto* norm = std::get_if<LayerNorm>(&op))
      rows = std::max(rows, graph.tensors[norm->input].rows);
    else if (const auto* attention = std::get_if<Attention>(&op))
      rows = std::max(rows, attention->rows);
    else
      rows = std::max(rows, graph.tensors[std::get<Embedding>(op).output].rows);
  }
  return rows;
}

/// Row blocks to try, largest first: weights are loaded once per block. Two blocks at least, where
/// that leaves the array enough rows: one block's LayerNorm hides behind the other's matmuls.
std::vector<uint32_t> rowBlocks(uint32_t rows, uint32_t dim) {
  std::vector<uint32_t> blocks;
  for (uint32_t parts = rows >= 4 * dim ? 2 : 1; parts <= ceilDivide(rows, dim); ++parts) {
    const auto block = static_cast<uint32_t>(roundUp(ceilDivide(rows, parts), dim));
    if (blocks.empty() || block < blocks.back()) blocks.push_back(block);
  }
  return blocks;
}

/// For operands that are streamed anyway: fewer choices, and below DIM rows.
std::vector<uint32_t> streamedRowBlocks(uint32_t rows, uint32_t dim) {
  std::vector<uint32_t> blocks;
  for (auto block = static_cast<uint32_t>(roundUp(rows, dim)); block >= 1;
       block = block > dim ? static_cast<uint32_t>(roundUp(block / 2, dim)) : block / 2)
    blocks.push_back(block);
  return blocks;
}

std::vector<Tiling> tilings(const Graph& graph, const Plan& plan, const CompileOptions& options) {
  struct Share {
    uint32_t streamed, results;  // in 1/16 of the scratchpad
  };
  const uint32_t rows = tallest(graph);
  std::vector<Tiling> result;
  const auto add = [&](bool demandResident, bool demandWholeRows,
                       std::initializer_list<Share> shares) {
    auto blocks = demandResident ? rowBlocks(rows, plan.dim) : streamedRowBlocks(rows, plan.dim);
    if (options.rowBlock != 0) blocks = {options.rowBlock};
    for (const uint32_t block : blocks)
      for (const Share& share : shares)
        result.push_back({.rowBlock = block,
                          .streamWords = plan.scratchWords * share.streamed / 16,
                          .resultWords = plan.scratchWords * share.results / 16,
                          .demandResident = demandResident,
                          .demandWholeRows = demandWholeRows});
  };
  add(true, true, {{4, 1}, {4, 2}, {6, 2}, {2, 1}, {9, 2}});
  add(true, false, {{4, 1}, {4, 2}, {6, 2}, {2, 1}, {9, 2}});
  add(false, false, {{8, 4}, {10, 3}, {12, 2}, {6, 6}});
  return result;
}

/// An array that works so much of the time is left alone.
constexpr double kBusyEnough = 0.95;
/// Streamed tilings to compare with a resident one that leaves the array waiting.
constexpr int kAlternatives = 4;

/// The first tiling that works, unless it leaves the array waiting and streamed operands, which
/// allow larger row blocks, promise better. None: `reason` says what the last one lacked.
std::unique_ptr<Lowering> lower(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                                const CompileOptions& options, std::string& reason) {
  std::unique_ptr<Lowering> best;
  uint32_t lastBlock = 0;  // of the alternatives, one division of the scratchpad per height
  int alternatives = 0;
  for (const Tiling& tiling : tilings(graph, plan, options)) {
    if (best && (tiling.demandResident || tiling.rowBlock == lastBlock)) continue;
    if (alternatives == kAlternatives) break;
    try {
      auto lowering = std::make_unique<Lowering>(graph, plan, layout, options, tiling);
      lowering->run();
      if (!tiling.demandResident) {
        lastBlock = tiling.rowBlock;
        ++alternatives;
      }
      if (!best || lowering->stream().cycles() < best->stream().cycles())
        best = std::move(lowering);
      if (best->stream().arrayShare() > kBusyEnough) break;
    } catch (const Unfit& unfit) {
      reason = unfit.what();
    }
  }
  return best;
}

/// Looks for the smallest doubling of one memory, else of all, with which the model fits.
std::string suggestion(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                       const CompileOptions& options) {
  enum Memory : unsigned { Scratch = 1, Accumulator = 2, Statistics = 4 };
  for (const unsigned grown : {0U + Scratch, 0U + Accumulator, 0U + Statistics,
                               0U + Scratch + Accumulator, 0U + Scratch + Accumulator + Statistics})
    for (uint32_t factor = 2; factor <= 256; factor *= 2) {
      Plan larger = plan;
      std::string keys;
      const auto grow = [&](Memory memory, uint32_t& size, std::string_view key, uint64_t unit) {
        if ((grown & memory) == 0 || uint64_t{size} * factor >= uint64_t{1} << 24) return;
        size *= factor;
        keys += fmt::format("{}{} = {}", keys.empty() ? "" : ", ", key, size * unit);
      };
      grow(Scratch, larger.scratchWords, "scratchpad.bytes", plan.dim);
      grow(Accumulator, larger.accRows, "accumulator.bytes", uint64_t{4} * plan.dim);
      grow(Statistics, larger.statRows, "vector.stat_rows", 1);
      std::string ignored;
      if (lower(graph, larger, layout, options, ignored)) return keys;
    }
  return {};
}

std::vector<Placement> placements(const Graph& graph, const MemoryLayout& layout, uint32_t dim,
                                  uint64_t base) {
  std::vector<Placement> result;
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const TensorLayout& tensor = layout.tensors[id];
    if (!tensor.stored) continue;
    result.push_back({.tensor = id,
                      .address = base + tensor.offset,
                      .rows = tensor.rows,
                      .panels = tensor.panels,
                      .groupCols = tensor.groupCols,
                      .groupStride = tensor.groupStride,
                      .dim = tensor.list ? tensor.cols : dim,
                      .type = graph.tensors[id].type});
  }
  return result;
}

}  // namespace

Program compile(const Graph& graph, const Plan& plan, const CompileOptions& options) {
  checkGraph(graph);
  const MemoryLayout layout = layOutTensors(graph, plan.dim, options.storeAttentionWeights);
  std::string reason;
  const auto lowering = lower(graph, plan, layout, options, reason);
  if (!lowering) {
    const std::string mend = suggestion(graph, plan, layout, options);
    throw CompileError(fmt::format("{} does not fit {}: {}; {}", graph.name, plan.name, reason,
                                   mend.empty() ? "no larger memory helps with these options"
                                                : "would fit: " + mend));
  }

  Program program;
  program.dim = plan.dim;
  const std::vector<StreamCommand> stream = lowering->stream().merged();
  const uint64_t constantsBase = roundUp((stream.size() + 1) * kCommandBytes, kPage);
  program.readOnlyEnd = roundUp(constantsBase + lowering->constants().bytes(), kPage);
  program.memoryBytes = program.readOnlyEnd + roundUp(layout.bytes, kPage);
  if (plan.addressBits < 64 && program.memoryBytes > uint64_t{1} << plan.addressBits)
    throw CompileError(fmt::format("{} needs {} bytes of memory: raise bus.address_bits from {}",
                                   graph.name, program.memoryBytes, plan.addressBits));

  for (const Operator& op : graph.operators)
    program.operators.push_back({.name = operatorName(op),
                                 .kind = operatorKind(op),
                                 .macs = macs(graph, op),
                                 .commands = {}});
  for (const StreamCommand& item : stream) {
    program.operators[item.owner].commands.push_back(
        static_cast<uint32_t>(program.commands.size()));
    Command& command = program.commands.emplace_back(item.command);
    if (command.opcode() == Opcode::Gather)  // a table of constants, a list among the tensors
      command.set(Field::IndexAddr,
                  command.get(Field::IndexAddr) + static_cast<int64_t>(program.readOnlyEnd));
    if (item.base != AddressBase::None) {
      const uint64_t base =
          item.base == AddressBase::Constants ? constantsBase : program.readOnlyEnd;
      command.set(Field::MemoryAddr, command.get(Field::MemoryAddr) + static_cast<int64_t>(base));
    }
  }
  program.commands.emplace_back(Opcode::End);
  program.constants = lowering->constants().build(constantsBase);
  program.placements = placements(graph, layout, plan.dim, program.readOnlyEnd);
  return program;
}

}  // namespace intformer
