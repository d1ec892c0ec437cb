#include "sw/compiler/work.hpp"

#include <algorithm>

namespace intformer::compiler {

bool Work::possible(std::size_t id) const {
  return std::ranges::all_of(order_.tasks[id].needs, [&](auto need) { return begun_[need]; });
}

void Work::begin(std::size_t id) {
  begun_[id] = true;
  while (firstOpen_ < size() && begun_[firstOpen_]) ++firstOpen_;
}

uint64_t Work::nextUse(TensorId tensor, uint32_t block, bool attention) const {
  uint64_t next = kNever;
  const auto look = [&](const TaskOrder::Uses& uses) {
    const auto found = uses.find({tensor, block});
    if (found == uses.end()) return;
    for (auto task = std::ranges::lower_bound(found->second, firstOpen_);
         task != found->second.end() && *task < next; ++task)
      if (!begun_[*task]) next = *task;
  };
  look(order_.uses);
  if (attention) look(order_.attends);
  return next;
}

uint64_t Work::readyAt(TensorId tensor, uint32_t first, uint32_t rows) const {
  uint64_t cycle = 0;
  for (uint32_t block = first / rowBlock_; block <= (first + rows - 1) / rowBlock_; ++block)
    if (const auto found = ready_.find({tensor, block}); found != ready_.end())
      cycle = std::max(cycle, found->second);
  return cycle;
}

}  // namespace intformer::compiler
