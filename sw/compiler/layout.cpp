#include "sw/compiler/layout.hpp"

#include "sw/graph/check.hpp"

namespace intformer::compiler {

MemoryLayout layOutTensors(const Graph& graph, uint32_t dim, bool storeAttentionWeights) {
  MemoryLayout layout;
  layout.tensors.resize(graph.tensors.size());
  const std::vector<uint32_t> groups = columnGroups(graph);
  for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    TensorLayout& tensor = layout.tensors[id];
    tensor.rows = info.rows;
    tensor.cols = info.cols;
    tensor.groupCols = groups[id];
    tensor.wordsPerRow = elementBytes(info.type);
    tensor.list = info.type == ElementType::Index;
    tensor.constant = info.role == TensorRole::Constant;
  }
  if (!storeAttentionWeights)
    for (const Attention* op : operatorsOf<Attention>(graph))
      if (op->weights != kNoTensor) layout.tensors[op->weights].stored = false;
  for (TensorLayout& tensor : layout.tensors) {
    const uint32_t panel = tensor.list ? tensor.cols : dim;  // columns of a panel
    tensor.groupStride = static_cast<uint32_t>(roundUp(tensor.groupCols, panel));
    tensor.panels = ceilDivide(tensor.cols, tensor.groupCols) * (tensor.groupStride / panel);
    tensor.panelBytes = uint64_t{tensor.rows} * tensor.wordsPerRow * panel;
    if (!tensor.stored) continue;
    uint64_t& end = tensor.constant ? layout.constantBytes : layout.bytes;
    tensor.offset = end;
    end += roundUp(tensor.panels * tensor.panelBytes, 64);
  }
  return layout;
}

Placement placementOf(const Graph& graph, const MemoryLayout& layout, TensorId id, uint32_t dim,
                      uint64_t base) {
  const TensorLayout& tensor = layout.tensors[id];
  return {.tensor = id,
          .address = base + tensor.offset,
          .rows = tensor.rows,
          .panels = tensor.panels,
          .groupCols = tensor.groupCols,
          .groupStride = tensor.groupStride,
          .dim = tensor.list ? tensor.cols : dim,
          .type = graph.tensors[id].type};
}

bool keepsWeights(const Attention& op, const MemoryLayout& layout) {
  return op.weights != kNoTensor && layout.tensors[op.weights].stored;
}

}  // namespace intformer::compiler
