#pragma once

#include <cstddef>

#include "sw/graph/graph.hpp"

namespace intformer::compiler {

/// How many of the first operators show all that there is: of a model that repeats a layer, those
/// up to the end of so many repetitions. All operators when nothing repeats more often.
std::size_t representativeOperators(const Graph& graph, std::size_t repetitions);

/// The first `count` operators without the contents of weights and tables: enough to lower, not to
/// run. Tensors are those of the whole graph.
Graph outline(const Graph& graph, std::size_t count);

}  // namespace intformer::compiler
