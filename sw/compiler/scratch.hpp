#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sw/compiler/schedule.hpp"
#include "sw/graph/graph.hpp"

namespace intformer::compiler {

/// Hands out pieces of an address range in rotation, so that the place given is the one whose last
/// user is longest ago. Used for streamed operands, accumulator tiles and statistics slots.
class Ring {
 public:
  Ring(std::string name, uint32_t begin, uint32_t size)
      : name_(std::move(name)), begin_(begin), size_(size), head_(begin) {}

  /// Address of `count` free units. Throws Unfit.
  uint32_t allocate(uint32_t count);
  [[nodiscard]] bool canAllocate(uint32_t count) const {
    return count <= size_ && (gapFrom(head_, count) || gapFrom(begin_, count));
  }
  /// Frees what allocate() returned: the commands emitted so far are its last users.
  void release(uint32_t address) {
    if (const auto found = live_.find(address); found != live_.end()) {
      used_ -= found->second.end - address;
      left_[address] = live_.extract(found).mapped();
    }
  }
  /// Names a piece for recall(), while it is live.
  [[nodiscard]] uint64_t ticket(uint32_t address) const { return live_.at(address).ticket; }
  /// Takes a released piece again when nothing has been given its place since.
  bool recall(uint32_t address, uint64_t ticket);
  [[nodiscard]] uint32_t size() const { return size_; }
  /// The most units that were given out at a time.
  [[nodiscard]] uint32_t most() const { return most_; }

 private:
  [[nodiscard]] std::optional<uint32_t> gapFrom(uint32_t from, uint32_t count) const;

  std::string name_;
  uint32_t begin_;
  uint32_t size_;
  uint32_t head_;
  struct Piece {
    uint32_t end = 0;
    uint64_t ticket = 0;
  };
  std::map<uint32_t, Piece> live_;  ///< by address
  std::map<uint32_t, Piece> left_;  ///< released, contents still there
  uint64_t tickets_ = 0;
  uint32_t used_ = 0, most_ = 0;
};

/// A row block of a tensor that is resident in the scratchpad: all its panels, one after the other.
struct Resident {
  TensorId tensor = kNoTensor;
  uint32_t block = 0;
  uint32_t address = 0;
  uint32_t words = 0;
  uint64_t lastUse = 0;  ///< step
  bool pinned = false;   ///< in use by the operator being lowered
};

/// The part of the scratchpad that keeps row blocks from their producer to their last consumer.
/// Every block is also in memory, so any that is not pinned may be dropped.
class ResidentHeap {
 public:
  /// Steps until a block is used next; kNever when it is not.
  using NextUse = std::function<uint64_t(TensorId, uint32_t block)>;
  static constexpr uint64_t kNever = ~uint64_t{0};

  ResidentHeap(uint32_t begin, uint32_t size, NextUse nextUse)
      : begin_(begin), size_(size), nextUse_(std::move(nextUse)) {}

  /// A resident block, pinned from now on; nullptr when it is not there.
  Resident* use(TensorId tensor, uint32_t block, uint64_t step);
  /// Whether it is there.
  [[nodiscard]] bool has(TensorId tensor, uint32_t block) const;
  /// A pinned place, dropping the blocks that are needed last; `whenFree`: only such as nobody
  /// needs. nullptr: no room.
  Resident* allocate(TensorId tensor, uint32_t block, uint32_t words, uint64_t step,
                     bool whenFree = false);
  /// Whether so many words find places, one after the other, without dropping what is needed.
  [[nodiscard]] bool hasRoom(std::initializer_list<uint32_t> words) const;
  void unpinAll();
  [[nodiscard]] uint32_t size() const { return size_; }
  /// The most words that blocks took at a time.
  [[nodiscard]] uint32_t most() const { return most_; }

 private:
  struct Place {
    uint32_t address = 0;
    uint64_t reload = 0;  ///< words that must be loaded again
  };
  /// The cheapest place for a block.
  [[nodiscard]] std::optional<Place> find(uint32_t words) const;
  /// Addresses worth considering for a block: beside what is there, and at the ends.
  [[nodiscard]] std::vector<uint32_t> starts(uint32_t words) const;

  uint32_t begin_;
  uint32_t size_;
  NextUse nextUse_;
  std::list<Resident> blocks_;
  uint32_t most_ = 0;
};

}  // namespace intformer::compiler
