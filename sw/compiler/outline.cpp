#include "sw/compiler/outline.hpp"

#include <fmt/format.h>

#include <map>

namespace intformer::compiler {
namespace {

/// Which rows attend to which.
std::string segmentsText(const Attention& op) {
  std::string result = fmt::format(" from {} step {}", op.firstRow, op.rowStep);
  for (const KeySegment& segment : op.segments)
    result += fmt::format(", from {} {}", segment.firstRow, text(segment));
  return result;
}

/// All that lowering depends on, as a number: equal operators have equal ones.
std::vector<uint32_t> signatures(const Graph& graph) {
  std::map<std::string, uint32_t> known;
  std::vector<uint32_t> result;
  for (const Operator& op : graph.operators) {
    const std::string place = match(
        op,
        [](const Attention& attention) {
          return segmentsText(attention);
        },
        [](const Linear&) { return std::string(); }, [](const LayerNorm&) { return std::string(); },
        [](const Embedding&) { return std::string(); },
        [](const Product&) { return std::string(); });
    const std::string text = operatorShape(graph, op) + place;
    result.push_back(known.emplace(text, known.size()).first->second);
  }
  return result;
}

}  // namespace

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
    result.operators.push_back(withoutContents(graph.operators[i]));
  return result;
}

}  // namespace intformer::compiler
