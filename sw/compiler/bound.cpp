#include "sw/compiler/bound.hpp"

#include <algorithm>

#include "gen/tables/operands.hpp"
#include "sw/compiler/constants.hpp"
#include "sw/compiler/key_plan.hpp"

namespace intformer::compiler {
namespace {

/// What an operator needs at least.
struct Need {
  uint64_t array = 0;      ///< cycles
  uint64_t constants = 0;  ///< scratchpad words
};

Need needOf(const Operator& op, uint32_t dim, const MemoryLayout& layout) {
  const auto of = [&](TensorId tensor) -> const TensorLayout& { return layout.tensors[tensor]; };
  const auto cycles = [&](uint64_t tiles, uint32_t rows) { return tiles * std::max(rows, dim); };
  return match(
      op,
      [&](const Linear& linear) {
        const uint64_t depth = of(linear.input).panels;
        const uint64_t tiles = of(linear.output).panels;
        const uint64_t words = depth * dim + constantBytes(epilogueOpcode(linear));
        return Need{cycles(depth * tiles, of(linear.input).rows), tiles * words};
      },
      [&](const Attention& attention) {  // Q * K and P * V
        const uint64_t headPanels =
            2 * of(attention.query).groupStride / dim;
        return Need{attention.heads * headPanels * leastTileRows(attention, dim), 0};
      },
      [&](const LayerNorm& norm) {
        return Need{0, uint64_t{of(norm.input).panels} * constantBytes(Opcode::LayerNorm)};
      },
      [&](const Embedding& embedding) {  // two bytes of a token; a word of each table's, twice
        const TensorLayout& out = of(embedding.output);
        const uint64_t words = uint64_t{out.panels} * out.rows;
        return Need{cycles(uint64_t{2} * out.panels, out.rows), 4 * words};
      },
      [&](const Product& product) {
        const TensorLayout& out = of(product.output);
        return Need{cycles(uint64_t{of(product.left).panels} * out.panels, out.rows),
                    uint64_t{out.panels} * constantBytes(Opcode::Requantize)};
      });
}

}  // namespace

uint64_t leastCycles(const Graph& graph, const Plan& plan, const MemoryLayout& layout,
                     const perf::MemoryTiming& memory) {
  uint64_t array = 0, read = 0, written = 0;
  for (const Operator& op : graph.operators) {
    const Need need = needOf(op, plan.dim, layout);
    array += need.array;
    read += need.constants * plan.dim;
    for (const Operand& output : outputsOf(op)) {
      const TensorLayout& tensor = layout.tensors[output.tensor];
      const uint32_t rows = output.rows == Operand::kAllRows ? tensor.rows : output.rows;
      if (tensor.stored) written += tensor.panels * (tensor.panelBytes / tensor.rows) * rows;
    }
  }
  return std::max({array, read / plan.busBytes, written / plan.busBytes,
                   memory.dataCycles(read + written)});
}

}  // namespace intformer::compiler
