#pragma once

#include <algorithm>
#include <optional>

#include "gen/plan.hpp"
#include "sw/perf/bus.hpp"
#include "sw/perf/walker.hpp"

namespace intformer::perf {

/// Words per bus beat, and beats per word: one of the two is 1.
inline uint32_t piecesPerBeat(const Plan& plan) { return std::max(1U, plan.busBytes / plan.dim); }
inline uint32_t partsPerWord(const Plan& plan) { return std::max(1U, plan.dim / plan.busBytes); }

inline BurstRequest::Transfer transferOf(const CopyCommand& command, uint32_t dim) {
  return {command.memoryAddress, uint64_t{command.chunkWords} * dim, command.memoryStride,
          command.chunks, command.index};
}

/// Load unit (dma_load.sv).
class Load {
 public:
  explicit Load(const Plan& plan)
      : request(plan.busBytes, plan.maxBurstBeats * plan.busBytes),
        dim_(plan.dim),
        parts_(partsPerWord(plan)),
        pieces_(piecesPerBeat(plan)),
        outstanding_(plan.outstandingReads),
        plans_(plan.outstandingReads),
        walker_(plan.dim, pieces_) {}

  BurstRequest request;
  uint64_t beatsRead = 0;

  /// Fixes what happens in this cycle on the address side.
  void begin(bool axReady) {
    axReady_ = axReady;
    issue_ = request.issues(bursts_ != outstanding_, axReady);
  }
  [[nodiscard]] bool idle() const { return request.idle() && plans_.empty() && !walker_.valid(); }
  /// Nothing moves before a beat or a command comes.
  [[nodiscard]] bool still() const {
    return beats_ == 0 && requestStill() && (walker_.valid() || plans_.empty());
  }
  /// Cycles for which it takes a beat and writes a word in each, if beats keep coming.
  [[nodiscard]] uint32_t steadyWords() const {
    const bool streams = parts_ == 1 && pieces_ == 1 && beats_ == 1 && walker_.valid();
    return streams && requestStill() ? walker_.steadyWords() : 0;
  }
  void skip(uint32_t words) {
    walker_.skip(words);
    beatsRead += words;
  }
  [[nodiscard]] bool commandReady() const { return request.ready(issue_) && !plans_.full(); }
  [[nodiscard]] bool beatReady() const { return beats_ != kBeats; }
  /// A word wants to be written, to this address.
  [[nodiscard]] bool writeValid() const {
    return walker_.valid() && beats_ != 0 && part_ + 1 == parts_;
  }
  [[nodiscard]] uint32_t writeAddress() const { return walker_.address(); }

  /// Ends the cycle. Returns the command whose last word was written.
  std::optional<uint32_t> step(bool beat, bool beatLast, bool writeReady,
                               const CopyCommand* taken) {
    std::optional<uint32_t> done;
    bool popBeat = beats_ != 0 && part_ + 1 != parts_;  // a part of a word, put aside
    const bool refill = !plans_.empty();
    bool walkerFree = !walker_.valid();
    if (popBeat) ++part_;
    else if (writeValid() && writeReady) {
      popBeat = walker_.endsBeat();
      part_ = 0;
      if (walker_.last()) {
        done = walker_.command();
        walkerFree = true;
      }
      walker_.advance();
    }
    if (refill && walkerFree) {
      walker_.load(plans_.front());
      plans_.pop();
    }
    if (popBeat) --beats_;
    if (beat) {
      ++beats_;
      ++beatsRead;
      if (beatLast) --bursts_;
    }
    if (issue_) ++bursts_;
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
  [[nodiscard]] bool requestStill() const {
    return request.still() && !request.issues(bursts_ != outstanding_, true);
  }

  static constexpr uint32_t kBeats = 2;
  uint32_t dim_, parts_, pieces_, outstanding_;
  Fifo<CopyCommand> plans_;
  WordWalker walker_;
  uint32_t bursts_ = 0, beats_ = 0, part_ = 0;
  bool issue_ = false, axReady_ = false;
};

/// Store unit (dma_store.sv).
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
  [[nodiscard]] bool commandReady() const { return request.ready(issue_) && !plans_.full(); }
  [[nodiscard]] bool readValid() const { return walker_.valid() && credit_ != 0; }
  [[nodiscard]] uint32_t readAddress() const { return walker_.address(); }
  [[nodiscard]] bool beatValid() const { return beats_ != 0 && !lengths_.empty(); }
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
