#include "sw/compiler/candidates.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "sw/compiler/layout.hpp"
#include "sw/compiler/outline.hpp"

namespace intformer {
namespace {

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

/// Heights of equal blocks, highest first: weights are loaded once per block. One block alone comes
/// last where two would leave the array enough rows: they hide each other's LayerNorm.
std::vector<uint32_t> residentBlocks(uint32_t rows, uint32_t dim) {
  std::vector<uint32_t> blocks;
  const uint32_t first = rows >= 4 * dim ? 2 : 1;
  for (uint32_t parts = first; parts <= ceilDivide(rows, dim); ++parts) {
    const auto block = static_cast<uint32_t>(roundUp(ceilDivide(rows, parts), dim));
    if (blocks.empty() || block < blocks.back()) blocks.push_back(block);
  }
  if (first != 1) blocks.push_back(static_cast<uint32_t>(roundUp(rows, dim)));
  return blocks;
}

/// For operands that are streamed anyway: fewer choices, and below DIM rows.
std::vector<uint32_t> streamedBlocks(uint32_t rows, uint32_t dim) {
  std::vector<uint32_t> blocks;
  for (auto block = static_cast<uint32_t>(roundUp(rows, dim)); block >= 1;
       block = block > dim ? static_cast<uint32_t>(roundUp(block / 2, dim)) : block / 2)
    blocks.push_back(block);
  return blocks;
}

/// Words that the keys and values of a head take, with an eighth more for the weights beside them;
/// of the largest head.
uint32_t headWords(const Graph& graph, uint32_t dim) {
  uint64_t words = 0;
  for (const Operator& op : graph.operators)
    if (const auto* attention = std::get_if<Attention>(&op))
      words = std::max(words, 2 * roundUp(attention->rows, dim) *
                                  ceilDivide(attention->headWidth, dim) * 9 / 8);
  return static_cast<uint32_t>(words);
}

/// Part of the scratchpad, in sixteenths; what is left keeps row blocks.
struct Share {
  uint32_t streamed, results;
};
constexpr Share kResidentShares[] = {{4, 1}, {4, 2}, {6, 2}, {2, 1}, {9, 2}, {3, 1}};
constexpr Share kStreamedShares[] = {{8, 4}, {10, 3}, {12, 2}, {6, 6}};

}  // namespace

std::vector<CompileOptions> schedules(const Graph& graph, const Plan& plan,
                                      const CompileOptions& options) {
  const uint32_t rows = tallest(graph);
  const uint32_t head = headWords(graph, plan.dim);
  std::vector<CompileOptions> result;
  const auto add = [&](Operands operands, std::vector<uint32_t> blocks,
                       std::span<const Share> all) {
    std::vector<Share> shares(all.begin(), all.end());
    // A ring that holds a head's keys and values, or they are loaded for every step.
    std::stable_partition(shares.begin(), shares.end(), [&](const Share& share) {
      return plan.scratchWords * share.streamed / 16 >= head;
    });
    if (options.operands != Operands::Any && options.operands != operands) return;
    if (options.rowBlock != 0) blocks = {options.rowBlock};
    for (const uint32_t block : blocks)
      for (const Share& share : shares) {
        CompileOptions& schedule = result.emplace_back(options);
        schedule.operands = operands;
        schedule.rowBlock = block;
        if (options.streamWords != 0) break;  // given: one division
        schedule.streamWords = plan.scratchWords * share.streamed / 16;
        schedule.resultWords = plan.scratchWords * share.results / 16;
      }
  };
  add(Operands::Resident, residentBlocks(rows, plan.dim), kResidentShares);
  add(Operands::Streamed, streamedBlocks(rows, plan.dim), kStreamedShares);
  return result;
}

std::vector<Choice> variations(const Graph& graph, const Plan& plan, const Program& program,
                               const CompileOptions& options) {
  std::vector<Choice> result;
  std::set<std::string> known;
  const auto add = [&](const std::string& shape, auto change) {
    Choice& choice = result.emplace_back(Choice{.options = options, .differs = shape});
    change(choice.options);
  };
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const std::string shape = operatorShape(graph, graph.operators[i]);
    if (!known.insert(shape).second) continue;
    uint32_t rows = 0;
    LinearTiling used;
    for (const uint32_t index : program.operators[i].commands) {
      const Command& command = program.commands[index];
      if (command.opcode() != Opcode::Matmul) continue;
      const auto field = [&](Field f) { return static_cast<uint32_t>(command.get(f)); };
      rows = std::max(rows, field(Field::MatmulRows));
      used.columnTiles = std::max(used.columnTiles, field(Field::Cols) / plan.dim);
      used.depthPanels = std::max(used.depthPanels, field(Field::BStride) / plan.dim);
    }
    if (std::holds_alternative<Linear>(graph.operators[i])) {
      const auto linear = [&](uint32_t columns, uint32_t depth) {
        add(shape, [&](CompileOptions& o) { o.linear[shape] = {columns, depth}; });
      };
      linear(used.columnTiles * 2, used.depthPanels);
      if (used.columnTiles > 1) linear(used.columnTiles / 2, used.depthPanels);
      if (used.depthPanels > 1) linear(used.columnTiles, ceilDivide(used.depthPanels, 2));
      if (used.depthPanels * plan.dim < std::get<Linear>(graph.operators[i]).depth)
        linear(used.columnTiles, used.depthPanels * 2);
    } else if (std::holds_alternative<Attention>(graph.operators[i])) {
      const auto query = [&](uint32_t count) {
        add(shape, [&](CompileOptions& o) { o.attentionRows = count; });
      };
      if (options.attentionRows == 0 && known.insert("attention").second) {  // alike for all
        const auto half = static_cast<uint32_t>(roundUp(rows / 2, plan.dim));
        if (rows > plan.dim) query(half);
        if (rows > plan.dim + half) query(rows - plan.dim);
      }
    }
  }
  return result;
}

void adopt(CompileOptions& options, const Choice& variation) {
  const auto linear = variation.options.linear.find(variation.differs);
  if (linear != variation.options.linear.end())
    options.linear.insert_or_assign(linear->first, linear->second);
  else
    options.attentionRows = variation.options.attentionRows;
}

}  // namespace intformer
