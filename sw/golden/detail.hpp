#pragma once

#include <string>

#include "sw/golden/golden.hpp"

/// Shared by the operators of the golden model.
namespace intformer::golden {

/// Throws GraphError "operator <operator>: <reason>" unless `holds`.
void require(bool holds, const std::string& op, const std::string& reason);

/// The computed tensor `id`, checked for presence and shape.
const Tensor& input(const Graph& graph, const TensorValues& values, TensorId id,
                    const std::string& op);
/// The tensor `id` to write, allocated on first use.
Tensor& output(const Graph& graph, TensorValues& values, TensorId id);

void run(const Graph& graph, const Linear& op, TensorValues& values, Family family);
void run(const Graph& graph, const Attention& op, TensorValues& values, Family family);
void run(const Graph& graph, const LayerNorm& op, TensorValues& values, Family family);
void run(const Graph& graph, const Embedding& op, TensorValues& values, Family family);
void run(const Graph& graph, const Product& op, TensorValues& values, Family family);

}  // namespace intformer::golden
