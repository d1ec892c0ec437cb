#include "sw/compiler/layout.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace intformer {
namespace {

class Checker {
 public:
  Checker(const Graph& graph, bool contents) : graph_(graph), contents_(contents) {}

  void operator()(const Linear& op) const {
    const TensorInfo& in = tensor(op.name, op.input, {ElementType::Int8});
    const TensorInfo& out =
        tensor(op.name, op.output, {ElementType::Int8, ElementType::Int16});
    require(op.name, in.cols == op.depth && out.cols == op.cols && in.rows == out.rows,
            "input and output shapes do not match the weights");
    if (contents_) {
      require(op.name, op.weights.size() == std::size_t{op.depth} * op.cols,
              "weights have the wrong size");
      require(op.name, op.bias.size() == op.cols, "bias has the wrong size");
    }
    if (const auto* residual = std::get_if<ResidualEpilogue>(&op.epilogue)) {
      const TensorInfo& identity =
          tensor(op.name, residual->identity, {ElementType::Int8, ElementType::Int16});
      require(op.name, identity.rows == out.rows && identity.cols == out.cols,
              "identity and output differ in shape");
      require(op.name, out.type == ElementType::Int16, "a residual's output is int16");
      require(op.name, residual->product.size() == op.cols && residual->skip.size() == op.cols,
              "scales have the wrong size");
    } else if (const auto* activation = std::get_if<ActivationEpilogue>(&op.epilogue)) {
      require(op.name, out.type == ElementType::Int8, "an activation's output is int8");
      require(op.name,
              activation->input.size() == op.cols && activation->output.size() == op.cols &&
                  activation->zero.size() == op.cols,
              "scales have the wrong size");
    } else {
      const auto& requantize = std::get<RequantizeEpilogue>(op.epilogue);
      require(op.name, requantize.scale.size() == op.cols && requantize.zero.size() == op.cols,
              "scales have the wrong size");
    }
  }

  void operator()(const Attention& op) const {
    const uint32_t cols = op.heads * op.headWidth;
    for (const TensorId id : {op.query, op.key, op.value, op.output}) {
      const TensorInfo& info = tensor(op.name, id, {ElementType::Int8});
      require(op.name, info.cols == cols && op.rows >= 1 && op.firstRow + op.rows <= info.rows,
              fmt::format("tensor {} does not hold heads and rows", info.name));
      require(op.name, info.groupCols == 0 || info.groupCols == op.headWidth,
              fmt::format("tensor {} has column groups other than heads", info.name));
    }
    const TensorInfo& weights = tensor(op.name, op.weights, {ElementType::Uint8});
    require(op.name, weights.rows == op.heads * op.rows && weights.cols == op.rows,
            "attention weights have the wrong shape");
    require(op.name, op.logit.size() == op.heads && op.result.size() == op.heads,
            "scales have the wrong size");
    require(op.name, op.rows <= 32767, "at most 32767 keys");
  }

  void operator()(const Embedding& op) const {
    const TensorInfo& out = tensor(op.name, op.output, {ElementType::Int16});
    for (const TensorId id : {op.token, op.place}) {
      const TensorInfo& list = tensor(op.name, id, {ElementType::Index});
      require(op.name, list.cols == 2 && list.rows == out.rows,
              "a list of row numbers has the wrong shape");
      require(op.name, list.role == TensorRole::Input, "lists of row numbers are inputs");
    }
    require(op.name, out.cols == op.cols, "output and tables differ in width");
    if (!contents_) return;
    require(op.name,
            op.tokens.size() == std::size_t{op.vocabulary} * op.cols &&
                op.places.size() == std::size_t{op.placeCount} * op.cols,
            "a table has the wrong size");
    require(op.name, op.tokenScale.size() == op.cols && op.placeScale.size() == op.cols,
            "scales have the wrong size");
  }

  void operator()(const LayerNorm& op) const {
    const TensorInfo& in = tensor(op.name, op.input, {ElementType::Int16});
    require(op.name, op.output8 != kNoTensor || op.output16 != kNoTensor, "no output");
    const auto same = [&](TensorId id, ElementType type) {
      if (id == kNoTensor) return;
      const TensorInfo& out = tensor(op.name, id, {type});
      require(op.name, out.rows == in.rows && out.cols == in.cols, "output shape differs");
      require(op.name, out.groupCols == in.groupCols, "column groups differ");
    };
    same(op.output8, ElementType::Int8);
    same(op.output16, ElementType::Int16);
    require(op.name, op.gain.size() == in.cols && op.offset.size() == in.cols,
            "gain or offset have the wrong size");
    require(op.name, in.cols <= 4096, "at most 4096 columns");
  }

 private:
  static void require(const std::string& op, bool holds, std::string_view what) {
    if (!holds) throw std::invalid_argument(fmt::format("operator {}: {}", op, what));
  }
  const TensorInfo& tensor(const std::string& op, TensorId id,
                           std::initializer_list<ElementType> types) const {
    require(op, id < graph_.tensors.size(), "a tensor is missing");
    const TensorInfo& info = graph_.tensors[id];
    bool known = false;
    for (const ElementType type : types) known = known || info.type == type;
    require(op, known, fmt::format("tensor {} has the wrong element type", info.name));
    require(op, info.rows >= 1 && info.cols >= 1, fmt::format("tensor {} is empty", info.name));
    return info;
  }

  const Graph& graph_;
  bool contents_;
};

}  // namespace

void checkGraph(const Graph& graph, bool contents) {
  const Checker check(graph, contents);
  for (const Operator& op : graph.operators) std::visit(check, op);
}

namespace {

/// Operators that work column by column need the same padding on both sides.
void checkGroups(const Graph& graph, const MemoryLayout& layout) {
  for (const Operator& op : graph.operators) {
    const auto alike = [&](TensorId a, TensorId b) {
      if (a == kNoTensor || b == kNoTensor) return;
      if (layout.tensors[a].groupCols != layout.tensors[b].groupCols)
        throw std::invalid_argument(fmt::format(
            "operator {}: tensors {} and {} are grouped into heads differently", operatorName(op),
            graph.tensors[a].name, graph.tensors[b].name));
    };
    if (const auto* linear = std::get_if<Linear>(&op)) {
      if (const auto* residual = std::get_if<ResidualEpilogue>(&linear->epilogue))
        alike(residual->identity, linear->output);
    } else if (const auto* norm = std::get_if<LayerNorm>(&op)) {
      alike(norm->input, norm->output8);
      alike(norm->input, norm->output16);
    } else if (std::holds_alternative<Attention>(op)) {
      const auto& attention = std::get<Attention>(op);
      alike(attention.query, attention.key);
      alike(attention.query, attention.value);
      alike(attention.query, attention.output);
      if (layout.tensors[attention.query].groupCols != attention.headWidth)
        throw std::invalid_argument(fmt::format(
            "operator {}: another operator takes heads of another width from its tensors",
            attention.name));
    }
  }
}

}  // namespace

MemoryLayout layOutTensors(const Graph& graph, uint32_t dim, bool storeAttentionWeights) {
  MemoryLayout layout;
  layout.tensors.resize(graph.tensors.size());
  for (std::size_t id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    TensorLayout& tensor = layout.tensors[id];
    tensor.rows = info.rows;
    tensor.cols = info.cols;
    tensor.groupCols = info.groupCols != 0 ? info.groupCols : info.cols;
    tensor.wordsPerRow = elementBytes(info.type);
    tensor.list = info.type == ElementType::Index;
  }
  for (const Operator& op : graph.operators) {
    const auto* attention = std::get_if<Attention>(&op);
    if (attention == nullptr) continue;
    for (const TensorId id :
         {attention->query, attention->key, attention->value, attention->output})
      layout.tensors[id].groupCols = attention->headWidth;
    if (!storeAttentionWeights) layout.tensors[attention->weights].stored = false;
  }
  checkGroups(graph, layout);
  for (TensorLayout& tensor : layout.tensors) {
    const uint32_t panel = tensor.list ? tensor.cols : dim;  // columns of a panel
    tensor.groupStride = static_cast<uint32_t>(roundUp(tensor.groupCols, panel));
    tensor.panels = ceilDivide(tensor.cols, tensor.groupCols) * (tensor.groupStride / panel);
    tensor.panelBytes = uint64_t{tensor.rows} * tensor.wordsPerRow * panel;
    if (!tensor.stored) continue;
    tensor.offset = layout.bytes;
    layout.bytes += roundUp(tensor.panels * tensor.panelBytes, 64);
  }
  return layout;
}

}  // namespace intformer
