#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sw/graph/attention.hpp"
#include "sw/graph/embedding.hpp"
#include "sw/graph/layer_norm.hpp"
#include "sw/graph/linear.hpp"
#include "sw/graph/match.hpp"
#include "sw/graph/product.hpp"
#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"

/// A model: integer operators on named tensors, with all their integers. Golden model, compiler,
/// performance model and scoreboard walk this graph; nothing here knows a network by name.
namespace intformer {

template <GraphOperator... Ops>
struct OperatorList {
  using Any = std::variant<Ops...>;
  static constexpr std::array<std::string_view, sizeof...(Ops)> kKinds = {Traits<Ops>::kKind...};
};

/// The operators that there are.
using Operators = OperatorList<Linear, Attention, LayerNorm, Embedding, Product>;
/// One of them: told apart by match(), asked by the functions below.
using Operator = Operators::Any;
/// Their names, in that order.
inline constexpr auto kOperatorKinds = Operators::kKinds;

struct Graph {
  std::string name;
  std::vector<TensorInfo> tensors;
  std::vector<Operator> operators;  ///< in an order in which every input is ready
  std::map<TensorId, Tensor> constants;  ///< values of the tensors that are constants

  TensorId addTensor(TensorInfo info) {
    tensors.push_back(std::move(info));
    return static_cast<TensorId>(tensors.size() - 1);
  }
  /// A constant of these values; `groupCols` as TensorInfo has it.
  TensorId addConstant(std::string tensor, Tensor values, uint32_t groupCols = 0);
};

// What Traits say, of any operator.

const std::string& operatorName(const Operator& op);
std::string operatorKind(const Operator& op);
/// In words: "linear 128x768 -> 3072 gelu". Operators of the same shape get the same tiles.
std::string operatorShape(const Graph& graph, const Operator& op);
/// Empty for one that is row-wise.
std::optional<Sequence> sequenceOf(const Operator& op);
bool isRowWise(const Operator& op);
std::vector<Operand> inputsOf(const Operator& op);
std::vector<Operand> outputsOf(const Operator& op);
uint64_t macs(const Graph& graph, const Operator& op);
Operator withoutContents(const Operator& op);

/// The operators of one kind, in the graph's order.
template <GraphOperator Op>
std::vector<const Op*> operatorsOf(const Graph& graph) {
  std::vector<const Op*> found;
  for (const Operator& op : graph.operators)
    if (const auto* one = std::get_if<Op>(&op)) found.push_back(one);
  return found;
}

/// Tensor values by TensorId; an empty Tensor where not computed.
using TensorValues = std::vector<Tensor>;

}  // namespace intformer
