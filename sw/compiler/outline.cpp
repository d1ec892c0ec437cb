#include "sw/compiler/outline.hpp"

#include <fmt/format.h>

#include <map>

namespace intformer {
namespace {

std::string maskText(const Mask& mask) {
  return fmt::format("{}{}:{}{}", mask.low, mask.lowMoves ? "+" : "", mask.high,
                     mask.highMoves ? "+" : "");
}

/// All that lowering depends on, as a number: equal operators have equal ones.
std::vector<uint32_t> signatures(const Graph& graph) {
  std::map<std::string, uint32_t> known;
  std::vector<uint32_t> result;
  for (const Operator& op : graph.operators) {
    std::string text = operatorShape(graph, op);
    if (const auto* attention = std::get_if<Attention>(&op))
      text += fmt::format(" from {} mask {}", attention->firstRow, maskText(attention->mask));
    result.push_back(known.emplace(text, known.size()).first->second);
  }
  return result;
}

struct WithoutContents {
  Operator operator()(const Linear& op) const {
    return Linear{.name = op.name, .input = op.input, .output = op.output, .depth = op.depth,
                  .cols = op.cols, .weights = {}, .bias = {}, .epilogue = op.epilogue};
  }
  Operator operator()(const Embedding& op) const {
    Embedding light;
    light.name = op.name;
    light.token = op.token;
    light.place = op.place;
    light.output = op.output;
    light.vocabulary = op.vocabulary;
    light.placeCount = op.placeCount;
    light.positions = op.positions;
    light.cols = op.cols;
    return light;
  }
  Operator operator()(const Attention& op) const { return op; }
  Operator operator()(const LayerNorm& op) const { return op; }
};

}  // namespace

std::string operatorShape(const Graph& graph, const Operator& op) {
  if (const auto* linear = std::get_if<Linear>(&op)) {
    const TensorInfo& out = graph.tensors[linear->output];
    std::string_view epilogue = out.type == ElementType::Int16 ? "int16" : "int8";
    if (std::holds_alternative<ActivationEpilogue>(linear->epilogue)) epilogue = "gelu";
    if (std::holds_alternative<ResidualEpilogue>(linear->epilogue)) epilogue = "residual";
    return fmt::format("linear {}x{} -> {} {}", out.rows, linear->depth, linear->cols, epilogue);
  }
  if (const auto* attention = std::get_if<Attention>(&op))
    return fmt::format("attention {} x {} heads of {}", attention->rows, attention->heads,
                       attention->headWidth);
  if (const auto* embedding = std::get_if<Embedding>(&op))
    return fmt::format("embedding {}x{}", graph.tensors[embedding->output].rows, embedding->cols);
  const auto& norm = std::get<LayerNorm>(op);
  const TensorInfo& in = graph.tensors[norm.input];
  return fmt::format("layer_norm {}x{}{}{}", in.rows, in.cols,
                     norm.output8 != kNoTensor ? " int8" : "",
                     norm.output16 != kNoTensor ? " int16" : "");
}

std::size_t representativeOperators(const Graph& graph, std::size_t repetitions) {
  const std::vector<uint32_t> kinds = signatures(graph);
  const std::size_t count = kinds.size();
  for (std::size_t period = 1; (repetitions + 1) * period <= count; ++period) {
    std::size_t first = count - period;  // operators from here on repeat
    while (first > 0 && kinds[first - 1] == kinds[first - 1 + period]) --first;
    const std::size_t kept = first + repetitions * period;
    // Whole repetitions are left out at the end, so that the part ends as the model does.
    if (kept + period <= count) return count - (count - kept) / period * period;
  }
  return count;
}

Graph outline(const Graph& graph, std::size_t count) {
  Graph result;
  result.name = graph.name;
  result.tensors = graph.tensors;
  for (std::size_t i = 0; i < count; ++i)
    result.operators.push_back(std::visit(WithoutContents(), graph.operators[i]));
  return result;
}

}  // namespace intformer
