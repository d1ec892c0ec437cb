#include "sw/compiler/part.hpp"

#include "sw/compiler/assemble.hpp"
#include "sw/compiler/bound.hpp"
#include "sw/compiler/outline.hpp"

namespace intformer::compiler {
namespace {

/// Nothing is looked for beyond a schedule that takes so little more than any must.
constexpr double kNear = 1.005;

}  // namespace

Part::Part(const Graph& whole, const Plan& device, const MemoryLayout& places,
           const CompileOptions& wishes)
    : graph(whole), plan(device), layout(places), options(wishes) {
  cut(1);
}

bool Part::cut(std::size_t repetitions) {
  const std::size_t count = representativeOperators(graph, repetitions);
  if (part_ != nullptr && count == operators()) return false;
  const bool whole = count == graph.operators.size();
  outline_ = whole ? Graph{} : outline(graph, count);
  part_ = whole ? &graph : &outline_;
  least_ = leastCycles(*part_, plan, layout, options.memory);
  return true;
}

std::shared_ptr<const Lowered> Part::lower(const Schedule& schedule) const {
  return std::make_shared<const Lowered>(compiler::lower(
      *part_, plan, layout, schedule, options.memory, options.sharedConstants));
}

Program Part::assembled(const Lowered& lowered) const {
  return assemble(*part_, plan, layout, lowered, false);
}

bool Part::nearLeast(uint64_t cycles) const {
  return static_cast<double>(cycles) <= kNear * static_cast<double>(least_);
}

}  // namespace intformer::compiler
