#pragma once

#include <optional>

#include "sw/perf/transfer.hpp"

namespace intformer::perf {

/// Store unit (store_unit.sv).
class Store {
 public:
  explicit Store(const Plan& plan)
      : request(plan.busBytes, plan.maxBurstBeats * plan.busBytes),
        dim_(plan.dim),
        parts_(partsPerWord(plan)),
        plans_(plan.outstandingWrites),
        bursts_(plan.outstandingWrites),
        lengths_(plan.outstandingWrites),
        walker_(plan.dim, piecesPerBeat(plan)) {}

  BurstRequest request;
  uint64_t wordsWritten = 0;

  void begin(bool axReady) {
    axReady_ = axReady;
    issue_ = request.issues(!bursts_.full(), axReady);
  }
  [[nodiscard]] bool idle() const {
    return request.idle() && bursts_.empty() && plans_.empty() && !walker_.valid();
  }
  /// Nothing moves before a response or a command comes.
  [[nodiscard]] bool still() const {
    return request.still() && !request.issues(!bursts_.full(), true) && flight_ == 0 &&
           words_ == 0 && beats_ == 0 && freed_ == 0 && !walker_.valid() && plans_.empty();
  }
  [[nodiscard]] bool commandReady() const { return request.ready() && !plans_.full(); }
  [[nodiscard]] bool readValid() const { return walker_.valid() && credit_ != 0; }
  [[nodiscard]] uint32_t readAddress() const { return walker_.address(); }
  [[nodiscard]] bool beatValid() const { return beats_ != 0 && !lengths_.empty(); }
  /// The next response ends a command.
  [[nodiscard]] bool ends() const { return !bursts_.empty() && bursts_.front().last; }
  [[nodiscard]] bool responseReady() const { return !bursts_.empty(); }

  std::optional<uint32_t> step(bool readReady, bool beatTaken, bool response,
                               const CopyCommand* taken) {
    std::optional<uint32_t> done;
    const bool beatRoom = beats_ != kBeats;
    if (response) {
      if (bursts_.front().last) done = bursts_.front().command;
      bursts_.pop();
    }
    if (beatTaken) {
      --beats_;
      if (++sent_ == lengths_.front()) {
        sent_ = 0;
        lengths_.pop();
      }
    }
    pack(beatRoom);
    // Words granted two cycles ago are there.
    if (flight_ & 2) ++words_;
    const bool refill = !plans_.empty();
    bool walkerFree = !walker_.valid();
    flight_ = flight_ << 1 & 3;
    if (readValid() && readReady) {
      flight_ |= 1;
      --credit_;
      sides_.push(walker_.endsBeat());
      walkerFree = walker_.last();
      walker_.advance();
    }
    credit_ += freed_;
    if (refill && walkerFree) {
      walker_.load(plans_.front());
      plans_.pop();
    }
    if (issue_) {
      bursts_.push(request.next());
      lengths_.push(request.next().beats);
    }
    if (taken != nullptr) {
      const auto transfer = transferOf(*taken, dim_);
      request.step(issue_, axReady_, &transfer);
      plans_.push(*taken);
    } else {
      request.step(issue_, axReady_, nullptr);
    }
    return done;
  }

 private:
  static constexpr uint32_t kBeats = 2, kWords = 8;

  void pack(bool beatRoom) {
    freed_ = 0;
    if (words_ == 0) return;
    if (parts_ > 1) {
      if (!beatRoom) return;
      ++beats_;
      if (++part_ != parts_) return;
      part_ = 0;
    } else if (sides_.front()) {
      if (!beatRoom) return;
      ++beats_;
    }
    --words_;
    ++wordsWritten;
    sides_.pop();
    freed_ = 1;
  }

  uint32_t dim_, parts_;
  Fifo<CopyCommand> plans_;
  Fifo<Burst> bursts_;
  Fifo<uint32_t> lengths_;
  WordWalker walker_;
  Fifo<uint8_t> sides_{kWords};
  uint32_t credit_ = kWords, words_ = 0, beats_ = 0, part_ = 0, sent_ = 0, flight_ = 0, freed_ = 0;
  bool issue_ = false, axReady_ = false;
};

}  // namespace intformer::perf
