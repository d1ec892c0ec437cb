#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "gen/plan.hpp"
#include "sw/compiler/program.hpp"
#include "sw/model/graph.hpp"

namespace intformer {

/// Choices that the compiler makes itself when they are 0. None of them changes a result.
struct CompileOptions {
  uint32_t rowBlock = 0;       ///< rows that one pass over an operator's weights covers
  uint32_t attentionRows = 0;  ///< query rows per attention step
  uint32_t keyChunk = 0;       ///< keys per step: forces the two-pass attention
  uint32_t columnTiles = 0;    ///< column tiles per matmul command
  uint32_t depthPanels = 0;    ///< panels of depth per weight chunk
  bool storeAttentionWeights = true;  ///< the unnormalized weights are worth comparing, not using
};

/// A model that cannot run on a device. what() says why, and which config key to raise to what.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Compiles a graph for a device: tiles, memory map, constants, command program.
/// Every tensor of the graph ends in memory (attention weights only when the options ask).
/// Throws CompileError when the model does not fit, std::invalid_argument when the graph
/// contradicts itself (shapes, missing tensors).
Program compile(const Graph& graph, const Plan& plan, const CompileOptions& options = {});

}  // namespace intformer
