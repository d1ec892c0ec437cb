#include "sw/graph/product.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "sw/graph/graph.hpp"
#include "sw/graph/operator_check.hpp"

namespace intformer {
namespace {

using enum ElementType;

}  // namespace

uint32_t depthOf(const Graph& graph, const Product& op) { return graph.tensors.at(op.left).cols; }

std::vector<Operand> Traits<Product>::inputs(const Product& op) {
  return {{.role = "left", .tensor = op.left}, {.role = "right", .tensor = op.right}};
}

std::vector<Operand> Traits<Product>::outputs(const Product& op) {
  return {{.role = "output", .tensor = op.output}};
}

uint64_t Traits<Product>::macs(const Graph& graph, const Product& op) {
  const TensorInfo& out = graph.tensors.at(op.output);
  return uint64_t{out.rows} * out.cols * depthOf(graph, op);
}

std::string Traits<Product>::shape(const Graph& graph, const Product& op) {
  const TensorInfo& left = graph.tensors[op.left];
  const TensorInfo& out = graph.tensors[op.output];
  return fmt::format("product {}x{} * {}{}x{} {}", left.rows, left.cols,
                     op.rightTransposed ? "transposed " : "", left.cols, out.cols,
                     out.type == Int16 ? "int16" : "int8");
}

Product Traits<Product>::withoutContents(const Product& op) { return op; }

Sequence Traits<Product>::sequence(const Product&) { return {}; }

bool Traits<Product>::alike(const Product&, const Product&) { return false; }

void Traits<Product>::setSequence(Product&, TensorId, TensorInfo*, uint32_t, uint32_t) {
  throw std::logic_error("a product has no other length");
}

// Sums: depth * 128 * 128 <= 2^30.
void Traits<Product>::check(const OperatorCheck& check, const Product& op) {
  const TensorInfo& left = check.tensor("left", op.left, {Int8});
  const TensorInfo& right = check.tensor("right", op.right, {Int8});
  const TensorInfo& out = check.tensor("output", op.output, {Int8, Int16});
  if (op.rightTransposed) {
    check.shape("right", right, right.rows, left.cols);
    check.sameGroups("right", op.right, op.left);
    check.shape("output", out, left.rows, right.rows);
    check.ungrouped("output", op.output);
    check.require(check.groupOf(op.output) == out.cols, "output", out.name,
                  "another operator takes heads of {} columns from it: rows of {} have none",
                  check.groupOf(op.output), right.name);
  } else {
    check.shape("right", right, left.cols, right.cols);
    check.ungrouped("left", op.left);
    check.require(check.groupOf(op.left) == left.cols, "left", left.name,
                  "another operator takes heads of {} columns from it: rows of {} have none",
                  check.groupOf(op.left), right.name);
    check.shape("output", out, left.rows, right.cols);
    check.sameGroups("output", op.output, op.right);
  }
  check.scales("epilogue.scale", op.epilogue.scale, out.cols, kPerColumn);
  check.count("epilogue.zero", op.epilogue.zero.size(), out.cols, kPerColumn);
}

}  // namespace intformer
