#include "sw/graph/linear.hpp"

#include <fmt/format.h>

#include "sw/graph/graph.hpp"
#include "sw/graph/operator_check.hpp"

namespace intformer {
namespace {

using enum ElementType;

struct EpilogueCheck {
  const OperatorCheck& check;
  const Linear& op;
  const TensorInfo& out;

  void operator()(const RequantizeEpilogue& epilogue) const {
    check.scales("epilogue.scale", epilogue.scale, op.cols, kPerColumn);
    check.count("epilogue.zero", epilogue.zero.size(), op.cols, kPerColumn);
  }
  void operator()(const ActivationEpilogue& epilogue) const {
    check.tensor("output", op.output, {Int8});
    check.require(static_cast<std::size_t>(epilogue.kind) < kActivationNames.size(), "epilogue.function",
                  static_cast<unsigned>(epilogue.kind), "is not known");
    check.scales("epilogue.input", epilogue.input, op.cols, kPerColumn);
    check.scales("epilogue.output", epilogue.output, op.cols, kPerColumn);
    check.count("epilogue.zero", epilogue.zero.size(), op.cols, kPerColumn);
  }
  void operator()(const ResidualEpilogue& epilogue) const {
    check.tensor("output", op.output, {Int16});
    check.shape("epilogue.identity", check.tensor("epilogue.identity", epilogue.identity,
                                                  {Int8, Int16}),
                out.rows, out.cols);
    check.sameGroups("epilogue.identity", epilogue.identity, op.output);
    check.scales("epilogue.product", epilogue.product, op.cols, kPerColumn);
    check.scales("epilogue.skip", epilogue.skip, op.cols, kPerColumn);
  }
};


}  // namespace

std::vector<Operand> Traits<Linear>::inputs(const Linear& op) {
  std::vector<Operand> read = {{.role = "input", .tensor = op.input}};
  if (const auto* residual = std::get_if<ResidualEpilogue>(&op.epilogue))
    read.push_back({.role = "epilogue.identity", .tensor = residual->identity});
  return read;
}

std::vector<Operand> Traits<Linear>::outputs(const Linear& op) {
  return {{.role = "output", .tensor = op.output}};
}

uint64_t Traits<Linear>::macs(const Graph& graph, const Linear& op) {
  return uint64_t{graph.tensors.at(op.output).rows} * op.depth * op.cols;
}

std::string Traits<Linear>::shape(const Graph& graph, const Linear& op) {
  const TensorInfo& out = graph.tensors[op.output];
  using Text = std::string_view;
  const Text epilogue = match(
      op.epilogue,
      [&](const RequantizeEpilogue&) -> Text {
        return out.type == ElementType::Int16 ? "int16" : "int8";
      },
      [](const ActivationEpilogue& e) -> Text { return activationName(e.kind); },
      [](const ResidualEpilogue&) -> Text { return "residual"; });
  return fmt::format("linear {}x{} -> {} {}", out.rows, op.depth, op.cols, epilogue);
}

Linear Traits<Linear>::withoutContents(const Linear& op) {
  return {.name = op.name, .input = op.input, .output = op.output, .depth = op.depth,
          .cols = op.cols, .weights = {}, .bias = {}, .epilogue = op.epilogue};
}

// Sums: depth * 128 * 127 < 2^30, and a bias of at most 2^30, stay below 2^31.
void Traits<Linear>::check(const OperatorCheck& check, const Linear& op) {
  check.range("depth", op.depth, 1, kMaxColumns);
  check.range("cols", op.cols, 1, kMaxColumns);
  const TensorInfo& in = check.tensor("input", op.input, {Int8});
  check.shape("input", in, in.rows, op.depth);
  const TensorInfo& out = check.tensor("output", op.output, {Int8, Int16});
  check.shape("output", out, in.rows, op.cols);
  if (check.contents()) {
    check.count("weights", op.weights.size(), uint64_t{op.depth} * op.cols, "depth * cols");
    check.values<int8_t>("weights", op.weights, -127, 127);
    check.count("bias", op.bias.size(), op.cols, kPerColumn);
    check.values<int32_t>("bias", op.bias, -kMaxBias, kMaxBias);
  }
  match(op.epilogue, EpilogueCheck{check, op, out});
}

}  // namespace intformer
