#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/program.hpp"
#include "sw/graph/graph.hpp"

namespace intformer {

/// Where a row block of an operand lies while column tiles pass over it.
enum class Operands : uint8_t {
  Any,
  Resident,  ///< in the scratchpad, for every operator: from producer to consumer where it can
  Streamed,  ///< depth chunks are loaded again for every group of column tiles where it must be
};

/// How one linear operator is cut.
struct LinearTiling {
  uint32_t columnTiles = 0;  ///< column tiles per matmul command
  uint32_t depthPanels = 0;  ///< panels of depth per weight chunk
  bool operator==(const LinearTiling&) const = default;
};

/// Choices that the compiler makes itself where they are 0. None of them changes a result.
struct CompileOptions {
  uint32_t rowBlock = 0;       ///< rows that one pass over an operator's weights covers
  uint32_t attentionRows = 0;  ///< query rows per attention step
  uint32_t keyChunk = 0;       ///< keys per step: forces the two-pass attention
  uint32_t columnTiles = 0;    ///< column tiles per matmul command
  uint32_t depthPanels = 0;    ///< panels of depth per weight chunk
  bool storeAttentionWeights = true;  ///< the unnormalized weights are worth comparing, not using
  /// Scratchpad words for streamed operands, and for results on their way to memory. Given both,
  /// nothing that the other options leave open is varied.
  uint32_t streamWords = 0;
  uint32_t resultWords = 0;
  Operands operands = Operands::Any;
  /// Of single linear operators, by operatorShape(); stronger than columnTiles and depthPanels.
  std::map<std::string, LinearTiling> linear = {};
  /// False: the first schedule that fits, quickly; others are weighed only where it fits a part of
  /// the model and not the whole.
  bool search = true;
  /// True: constants lie in memory as they do in programs for all other lengths, so that these can
  /// share them (sw/compiler/join.hpp): in the graph's order, a linear operator's column tile after
  /// tile, whatever tiles are loaded together. It costs a further load where that is several.
  bool sharedConstants = false;
  /// False: without the contents of weights and tables, which the graph then need not have.
  bool contents = true;
};

/// A way to compile a model, and what it costs by the performance model.
struct Choice {
  CompileOptions options = {};   ///< compile() with these takes it again
  std::string differs = {};      ///< operatorShape() of the one operator that differs from the choice
                            ///< taken; empty: the whole schedule does, or it is the one
  uint64_t cycles = 0;      ///< of the judged part
  uint64_t bytes = 0;       ///< that it moves
};

/// What compile() weighed.
struct Decision {
  /// Operators of the judged part: all, or those before the layers that only repeat others.
  std::size_t operators = 0;
  std::vector<Choice> choices;  ///< by cycles: the first is taken
};

/// A model that cannot run on a device. what() says why, and which config key to raise to what.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Compiles a graph for a device: tiles, memory map, constants, command program.
/// Every tensor of the graph ends in memory (attention weights only when the options ask).
/// Among the tilings that fit, the one of the fewest cycles by the performance model is taken;
/// `decision` receives them.
/// Throws CompileError when the model does not fit, GraphError when checkGraph refuses it.
Program compile(const Graph& graph, const Plan& plan, const CompileOptions& options = {},
                Decision* decision = nullptr);

}  // namespace intformer
