#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sw/compiler/tasks.hpp"

namespace intformer::compiler {

/// The tasks of a graph while they are lowered: which are left, who reads what next, and when what
/// is ready. Knows nothing of commands.
class Work {
 public:
  static constexpr uint64_t kNever = ~uint64_t{0};

  Work(TaskOrder order, uint32_t rowBlock)
      : order_(std::move(order)), rowBlock_(rowBlock), begun_(order_.tasks.size(), false) {}

  [[nodiscard]] std::size_t size() const { return begun_.size(); }
  [[nodiscard]] const Task& task(std::size_t id) const { return order_.tasks[id]; }
  [[nodiscard]] const TaskOrder& order() const { return order_; }
  [[nodiscard]] bool begun(std::size_t id) const { return begun_[id]; }
  /// Whether all that a task needs has begun.
  [[nodiscard]] bool possible(std::size_t id) const;
  /// The first task that has not begun; size() when all have.
  [[nodiscard]] std::size_t firstOpen() const { return firstOpen_; }
  /// How many tasks were done before the one that has begun last.
  [[nodiscard]] std::size_t step() const { return step_; }
  /// The only task left is the one that has begun last.
  [[nodiscard]] bool last() const { return step_ + 1 == size(); }

  void begin(std::size_t id);
  void end() { ++step_; }

  /// First task, of those not begun, that reads a block; attention, which can load it, counts where
  /// `attention` says so. kNever when none does.
  [[nodiscard]] uint64_t nextUse(TensorId tensor, uint32_t block, bool attention) const;

  /// Notes the estimated cycle at which a block will be there.
  void wrote(TensorId tensor, uint32_t block, uint64_t cycle) { ready_[{tensor, block}] = cycle; }
  /// Estimated cycle at which rows [first, first + rows) are there; 0 where nobody writes them.
  [[nodiscard]] uint64_t readyAt(TensorId tensor, uint32_t first, uint32_t rows) const;

 private:
  TaskOrder order_;
  uint32_t rowBlock_;
  std::vector<bool> begun_;    ///< by task
  std::size_t firstOpen_ = 0;
  std::size_t step_ = 0;
  std::map<std::pair<TensorId, uint32_t>, uint64_t> ready_;  ///< by block
};

}  // namespace intformer::compiler
