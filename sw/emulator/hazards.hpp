#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "gen/plan.hpp"
#include "sw/emulator/touches.hpp"

namespace intformer::emulator {

/// Remembers for every scratchpad word, accumulator row and DIM bytes of memory which command of
/// each queue wrote and read it last. Commands are named by a mark: index in the stream plus one;
/// 0: none. One array per queue and kind, so that a run of units is checked by vector instructions.
class HazardTracker {
 public:
  /// Follows the bytes [begin, end) of memory; those outside are taken for constants.
  struct MemorySpan {
    uint64_t begin = 0;
    uint64_t end = 0;
  };
  HazardTracker(const Plan& plan, MemorySpan memory);

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

  /// First place of `touch` that `queue` was the last to write.
  [[nodiscard]] std::optional<Conflict> findWrittenBy(const Touch& touch, Queue queue) const;

  /// First word or row that is read and was never written; memory always holds something.
  [[nodiscard]] std::optional<Touch> findUnwritten(const std::vector<Touch>& touches) const;

  /// Records the touches of a command. Marks must ascend.
  void commit(const std::vector<Touch>& touches, Queue queue, uint32_t mark);

 private:
  /// Marks of one queue's touches of one kind, by unit. Empty until the first.
  using Latest = std::vector<uint32_t>;
  /// Units of one space: `granule` addresses each, from address `begin` on.
  struct Track {
    uint64_t begin = 0;
    uint64_t granule = 1;
    uint64_t units = 0;
    std::array<Latest, kQueueCount> writes;
    std::array<Latest, kQueueCount> reads;
    std::vector<uint8_t> written;  ///< by unit: 1 after the first write; not kept for memory

    [[nodiscard]] uint64_t addressOf(uint64_t unit) const { return begin + unit * granule; }
    [[nodiscard]] std::pair<std::size_t, uint32_t> lastWrite(uint64_t unit) const;
  };
  /// Units [first, second) of a track; what lies outside of it is ignored.
  using Run = std::pair<uint64_t, uint64_t>;
  static Run runOf(const Touch& touch, const Track& track);
  /// Statistics belong to one queue: not tracked.
  static bool isTracked(const Touch& touch) { return touch.space != Space::Statistics; }
  [[nodiscard]] const Track& trackOf(const Touch& touch) const {
    return tracks_[static_cast<std::size_t>(touch.space)];
  }

  std::array<Track, 3> tracks_;
};

}  // namespace intformer::emulator
