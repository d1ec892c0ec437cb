#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "gen/tables/operands.hpp"

namespace intformer::compiler {

/// `repeat` runs of `count` addresses, `stride` apart.
struct Region {
  Space space = Space::Scratch;
  uint64_t begin = 0;
  uint64_t count = 0;
  uint64_t stride = 0;
  uint32_t repeat = 1;
};

/// Everything that a command reads and writes, row statistics aside: one queue alone touches them.
struct Regions {
  std::vector<Region> reads;
  std::vector<Region> writes;
};

/// The regions of a command's operands. `tensorMemory`: its memory address counts among the
/// tensors; constants are never written and need no order.
void listRegions(const CommandOperands& operands, bool tensorMemory, Regions& regions);

/// For each queue the latest command (index in its queue) that must be done first; -1: none.
using Dependencies = std::array<int32_t, kQueueCount>;
inline constexpr Dependencies kNoDependencies = {-1, -1, -1, -1};

/// Finds what a command depends on in other queues: read after write, write after read, write after
/// write, address by address. Commands are recorded in a legal sequential order.
/// Keeps intervals, not addresses: a command costs as many steps as intervals that it meets.
class DependencyTracker {
 public:
  Dependencies record(Queue queue, int32_t index, std::span<const Region> reads,
                      std::span<const Region> writes);

 private:
  struct Segment {
    uint64_t end = 0;
    int32_t writer = -1;
    Queue writerQueue = Queue::Load;
    Dependencies readers = kNoDependencies;  ///< since the last write
  };
  using Segments = std::map<uint64_t, Segment>;  ///< by first address; never overlapping

  static Segments::iterator split(Segments& segments, Segments::iterator near, uint64_t address);
  template <typename Action>
  void forEachRun(const Region& region, Action action);

  std::array<Segments, 3> areas_;  ///< by space: memory, scratchpad, accumulator
};

}  // namespace intformer::compiler
