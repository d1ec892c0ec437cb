#include "sw/compiler/token_tables.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>

#include "sw/compiler/constant_places.hpp"

namespace intformer::compiler {

void packTokenTables(const Graph& graph, const Plan& plan, const Program& program,
                     std::vector<uint8_t>& memory) {
  // Whether attention weights are stored moves no constant.
  const MemoryLayout layout = layOutTensors(graph, plan.dim, false);
  ConstantPlaces places(graph, plan, layout, true);
  for (uint32_t index = 0; index < graph.operators.size(); ++index) {
    const auto* const op = std::get_if<Embedding>(&graph.operators[index]);
    if (op == nullptr) continue;
    const uint64_t pitch = places.tablePitch(*op), bytes = op->vocabulary * pitch;
    const uint64_t at = program.constantsAddress + places.embedding(index).tokens;
    if (at + bytes > memory.size())
      throw std::out_of_range("a table of tokens lies outside the memory image");
    const auto table = std::span(memory).subspan(at, bytes);
    std::ranges::fill(table, uint8_t{0});
    fillTokenTable(*op, layout.tensors[op->output], plan.dim, pitch, table);
  }
}

}  // namespace intformer::compiler
