#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gen/plan.hpp"
#include "sw/emulator/touches.hpp"

namespace intformer {

/// Remembers for every scratchpad word, accumulator row and DIM bytes of memory who wrote it last
/// and who has read it since. Commands are named by a mark: index in the stream plus one; 0: none.
class HazardTracker {
 public:
  HazardTracker(const Plan& plan, uint64_t memoryBytes);

  /// For each queue, the latest command of it that the touches must come after.
  using Marks = std::array<uint32_t, kQueueCount>;
  [[nodiscard]] Marks dependencies(const std::vector<Touch>& touches) const;

  /// One pair of touches that must be ordered and is not.
  struct Conflict {
    Touch touch;          ///< of the later command, one unit long
    uint32_t otherMark = 0;
    bool otherWrites = false;
  };
  /// First touch whose predecessors in other queues are not all within `known`.
  [[nodiscard]] std::optional<Conflict> findConflict(const std::vector<Touch>& touches,
                                                     Queue queue, const Marks& known) const;

  /// First word or row that is read and was never written; memory always holds something.
  [[nodiscard]] std::optional<Touch> findUnwritten(const std::vector<Touch>& touches) const;

  /// Records the touches of a command. Marks must ascend.
  void commit(const std::vector<Touch>& touches, Queue queue, uint32_t mark);

 private:
  struct Unit {
    uint32_t writer = 0;
    uint32_t writerQueue = 0;
    Marks readers{};  ///< since the last write
  };
  /// Units of one space, and how many of its addresses one unit spans.
  struct Track {
    std::vector<Unit> units;
    uint64_t granule = 1;
  };
  static std::pair<uint64_t, uint64_t> unitsOf(const Touch& touch, const Track& track);
  template <typename Visit>
  void forEachUnit(const Touch& touch, Visit visit) const;
  std::array<Track, 3> tracks_;
};

}  // namespace intformer
