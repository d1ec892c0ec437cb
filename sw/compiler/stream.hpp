#pragma once

#include <array>
#include <vector>

#include "gen/plan.hpp"
#include "sw/compiler/regions.hpp"
#include "sw/compiler/timing.hpp"

namespace intformer::compiler {

/// What a transfer's memory address counts from, until the memory map is known.
enum class AddressBase : uint8_t { None, Constants, Tensors };

struct StreamCommand {
  Command command;
  Queue queue = Queue::Load;
  AddressBase base = AddressBase::None;
  uint32_t owner = 0;  ///< operator of the graph
};

/// Collects commands in a legal sequential order, gives them their tokens, and merges the four
/// queues into the order in which the device should see them.
class Stream {
 public:
  Stream(const Plan& plan, const perf::MemoryTiming& memory) : plan_(plan), memory_(memory) {}

  /// Operator that the following commands belong to.
  void setOwner(uint32_t owner) { owner_ = owner; }

  /// Appends a command. Signals and waits appear where a dependency between two queues is not
  /// already implied by those before it.
  void emit(Command command, AddressBase base = AddressBase::None);

  /// The commands in the order of their estimated start: still a legal sequential order, and one in
  /// which a short queue never holds up another for longer than the units themselves do.
  [[nodiscard]] std::vector<StreamCommand> merged() const;

  /// When a queue's unit could begin something new / will have done all it has, by the estimate.
  [[nodiscard]] uint64_t freeAt(Queue queue) const {
    return clocks_[static_cast<std::size_t>(queue)].freeAt();
  }
  [[nodiscard]] uint64_t doneAt(Queue queue) const {
    return clocks_[static_cast<std::size_t>(queue)].doneAt();
  }

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// Estimated length of the run: rough, to tell promising streams from others.
  [[nodiscard]] uint64_t cycles() const { return cycles_; }

 private:
  struct Node {
    StreamCommand item;
    uint64_t start = 0;
    uint64_t done = 0;
    Dependencies known = kNoDependencies;  ///< commands certainly done when this one starts
  };

  const Plan& plan_;
  perf::MemoryTiming memory_;
  uint32_t owner_ = 0;
  uint64_t cycles_ = 0;
  std::vector<Node> nodes_;
  std::array<std::vector<uint32_t>, kQueueCount> queues_;  ///< node of each queue's commands
  std::array<UnitClock, kQueueCount> clocks_;
  DependencyTracker tracker_;
  Regions regions_;  ///< of the command being emitted
};

}  // namespace intformer::compiler
