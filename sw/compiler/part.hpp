#pragma once

#include <cstdint>
#include <memory>

#include "sw/compiler/compile.hpp"
#include "sw/compiler/layout.hpp"
#include "sw/compiler/lowering.hpp"

namespace intformer::compiler {

/// What schedules are judged on: a graph, or the outline of its beginning where the rest only
/// repeats it (sw/compiler/outline.hpp).
class Part {
 public:
  /// One repetition of what repeats. Everything must outlive it.
  Part(const Graph& whole, const Plan& device, const MemoryLayout& places,
       const CompileOptions& wishes);

  /// Goes on with so many repetitions. False: it is the same part as before.
  bool cut(std::size_t repetitions);

  [[nodiscard]] bool isWhole() const { return part_ == &graph; }
  [[nodiscard]] std::size_t operators() const { return part_->operators.size(); }
  /// Throws Unfit.
  [[nodiscard]] std::shared_ptr<const Lowered> lower(const Schedule& schedule) const;
  [[nodiscard]] Program assembled(const Lowered& lowered) const;
  /// Whether other schedules cannot be worth looking for.
  [[nodiscard]] bool nearLeast(uint64_t cycles) const;

  const Graph& graph;  ///< all of it
  const Plan& plan;
  const MemoryLayout& layout;
  const CompileOptions& options;

 private:
  Graph outline_;
  const Graph* part_ = nullptr;
  uint64_t least_ = 0;  ///< cycles that it takes at least
};

}  // namespace intformer::compiler
