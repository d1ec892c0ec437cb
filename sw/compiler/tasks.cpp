#include "sw/compiler/tasks.hpp"

#include <algorithm>

namespace intformer {
namespace {

/// The tensor whose rows a row-wise operator walks in blocks, and the one that it reads so.
struct RowWise {
  TensorId rows = kNoTensor;
  TensorId input = kNoTensor;
  bool endsSegment = false;
};

RowWise rowWise(const Operator& op) {
  if (const auto* linear = std::get_if<Linear>(&op)) return {linear->input, linear->input, false};
  if (const auto* embedding = std::get_if<Embedding>(&op))
    return {embedding->output, kNoTensor, false};
  const TensorId input = std::get<LayerNorm>(op).input;
  return {input, input, true};
}

}  // namespace

uint32_t Schedule::blocks(uint32_t totalRows) const {
  return (totalRows + rowBlock - 1) / rowBlock;
}

RowBlock Schedule::block(uint32_t index, uint32_t totalRows) const {
  const uint32_t first = index * rowBlock;
  return {index, first, std::min(rowBlock, totalRows - first)};
}

uint64_t Schedule::nextUse(TensorId tensor, uint32_t block, std::size_t step) const {
  const auto found = uses.find({tensor, block});
  if (found == uses.end()) return ~uint64_t{0};
  const auto next = std::lower_bound(found->second.begin(), found->second.end(), step);
  return next == found->second.end() ? ~uint64_t{0} : *next;
}

Schedule scheduleTasks(const Graph& graph, uint32_t rowBlock) {
  Schedule schedule;
  schedule.rowBlock = rowBlock;
  schedule.segmentOf.resize(graph.operators.size());
  uint32_t segment = 0;
  std::vector<uint32_t> open;  // operators of the segment being gathered
  bool hasLinear = false;      // among them: something for a LayerNorm to hide behind
  const auto flush = [&] {
    uint32_t blocks = 0;
    for (const uint32_t op : open) {
      schedule.segmentOf[op] = segment;
      blocks = std::max(blocks,
                        schedule.blocks(graph.tensors[rowWise(graph.operators[op]).rows].rows));
    }
    const auto add = [&](uint32_t op, uint32_t block) {
      const RowWise walk = rowWise(graph.operators[op]);
      const uint32_t rows = graph.tensors[walk.rows].rows;
      if (block >= schedule.blocks(rows)) return;
      if (walk.input != kNoTensor)
        schedule.uses[{walk.input, block}].push_back(schedule.tasks.size());
      schedule.tasks.push_back({op, schedule.block(block, rows), segment});
    };
    // What comes before a segment's first linear operator (embedding, normalization of an input) is
    // done for a block while the array works on the block before.
    const auto firstLinear = std::find_if(open.begin(), open.end(), [&](uint32_t op) {
      return std::holds_alternative<Linear>(graph.operators[op]);
    });
    const auto prepare = [&](uint32_t block) {
      for (auto op = open.begin(); op != firstLinear; ++op) add(*op, block);
    };
    prepare(0);
    for (uint32_t block = 0; block < blocks; ++block) {
      if (firstLinear != open.end()) add(*firstLinear, block);
      if (block + 1 < blocks) prepare(block + 1);
      if (firstLinear != open.end())
        for (auto op = firstLinear + 1; op != open.end(); ++op) add(*op, block);
    }
    open.clear();
    hasLinear = false;
    ++segment;
  };
  for (uint32_t op = 0; op < graph.operators.size(); ++op) {
    if (std::holds_alternative<Attention>(graph.operators[op])) {
      flush();
      schedule.segmentOf[op] = segment;
      schedule.tasks.push_back({op, {}, segment++});
      continue;
    }
    open.push_back(op);
    hasLinear = hasLinear || std::holds_alternative<Linear>(graph.operators[op]);
    if (rowWise(graph.operators[op]).endsSegment && hasLinear) flush();
  }
  flush();
  return schedule;
}

}  // namespace intformer
