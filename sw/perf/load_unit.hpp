#pragma once

#include <bit>
#include <cstring>
#include <optional>
#include <span>

#include "sw/perf/transfer.hpp"

namespace intformer::perf {

/// Turns gathers into requests (row_lookup.sv): first for the list, then for row after row.
class RowLookup {
 public:
  RowLookup(const Plan& plan, std::span<const uint8_t> image, uint64_t imageAddress)
      : dim_(plan.dim), busBytes_(plan.busBytes), image_(image), imageAddress_(imageAddress) {}

  [[nodiscard]] bool passes() const { return state_ == State::Pass; }
  /// Nothing moves before a command or a beat of the list comes.
  [[nodiscard]] bool still() const { return passes() || state_ == State::List; }
  [[nodiscard]] bool requests() const { return state_ == State::Request; }
  [[nodiscard]] BurstRequest::Transfer row() const {
    return {command_.memoryAddress + rowNumber() * command_.memoryStride,
            uint64_t{command_.chunkWords} * dim_, 0, 1, command_.index, false};
  }
  [[nodiscard]] BurstRequest::Transfer list() const {
    return {command_.listAddress, uint64_t{command_.chunks} * kNumberBytes, 0, 1, command_.index,
            true};
  }

  void start(const CopyCommand& command) {
    command_ = command;
    state_ = State::List;
    row_ = 0;
    const uint64_t end = command.listAddress + uint64_t{command.chunks} * kNumberBytes;
    left_ = static_cast<uint32_t>((end - 1) / busBytes_ - command.listAddress / busBytes_ + 1);
  }
  void step(bool listBeat, bool rowTaken) {
    if (state_ == State::List && listBeat && --left_ == 0) pick();
    else if (state_ == State::Pick && --left_ == 0) state_ = State::Request;
    else if (state_ == State::Request && rowTaken) {
      if (++row_ == command_.chunks) state_ = State::Pass;
      else pick();
    }
  }

 private:
  enum class State : uint8_t { Pass, List, Pick, Request };
  static constexpr uint32_t kNumberBytes = 4;

  /// Without the list, any number below the limit will do; many different ones are best.
  [[nodiscard]] uint64_t rowNumber() const {
    const uint64_t at = command_.listAddress + uint64_t{row_} * kNumberBytes;
    if (at >= imageAddress_ && at + kNumberBytes <= imageAddress_ + image_.size()) {
      uint32_t number = 0;
      std::memcpy(&number, &image_[at - imageAddress_], kNumberBytes);
      return number;
    }
    return (uint64_t{row_ + 1} * 2654435761U & 0xffffffffU) * command_.limit >> 32;
  }
  void pick() {  // looked up, checked, multiplied bit by bit
    state_ = State::Pick;
    left_ = 3 + static_cast<uint32_t>(std::bit_width(rowNumber()));
  }

  uint32_t dim_, busBytes_;
  std::span<const uint8_t> image_;
  uint64_t imageAddress_;
  State state_ = State::Pass;
  CopyCommand command_;
  uint32_t row_ = 0, left_ = 0;
};

/// Load unit (load_unit.sv).
class Load {
 public:
  Load(const Plan& plan, std::span<const uint8_t> image, uint64_t imageAddress)
      : request(plan.busBytes, plan.maxBurstBeats * plan.busBytes),
        dim_(plan.dim),
        parts_(partsPerWord(plan)),
        pieces_(piecesPerBeat(plan)),
        lookup_(plan, image, imageAddress),
        bursts_(plan.outstandingReads),
        plans_(plan.outstandingReads),
        walker_(plan.dim, pieces_) {}

  BurstRequest request;
  uint64_t beatsRead = 0;

  /// Fixes what happens in this cycle on the address side.
  void begin(bool axReady) {
    axReady_ = axReady;
    issue_ = request.issues(!bursts_.full(), axReady);
  }
  [[nodiscard]] bool idle() const {
    return request.idle() && plans_.empty() && !walker_.valid() && lookup_.passes();
  }
  /// Nothing moves before a beat or a command comes.
  [[nodiscard]] bool still() const {
    return beats_ == 0 && requestStill() && (walker_.valid() || plans_.empty());
  }
  /// Cycles for which it takes a beat and writes a word in each, if beats keep coming.
  [[nodiscard]] uint32_t steadyWords() const {
    const bool streams = parts_ == 1 && pieces_ == 1 && beats_ == 1 && walker_.valid() &&
                         !bursts_.empty() && bursts_.front() == 0;
    return streams && requestStill() ? walker_.steadyWords() : 0;
  }
  void skip(uint32_t words) {
    walker_.skip(words);
    beatsRead += words;
  }
  /// The word that it would write ends a command.
  [[nodiscard]] bool ends() const { return writeValid() && walker_.last(); }
  [[nodiscard]] bool commandReady() const {
    return lookup_.passes() && request.ready() && !plans_.full();
  }
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
    bool listBeat = false;
    if (beat) {
      listBeat = bursts_.front() != 0;
      if (!listBeat) ++beats_;
      ++beatsRead;
      if (beatLast) bursts_.pop();
    }
    if (issue_) bursts_.push(request.next().list);
    stepRequest(listBeat, taken);
    return done;
  }

 private:
  /// Address side: a command, or a row of the gather at work.
  void stepRequest(bool listBeat, const CopyCommand* taken) {
    const bool rowTaken = lookup_.requests() && request.ready();
    if (taken != nullptr) {
      plans_.push(*taken);
      if (taken->gather) lookup_.start(*taken);
      const auto transfer = taken->gather ? lookup_.list() : transferOf(*taken, dim_);
      request.step(issue_, axReady_, &transfer);
      return;
    }
    if (rowTaken) {
      const auto transfer = lookup_.row();
      request.step(issue_, axReady_, &transfer);
    } else {
      request.step(issue_, axReady_, nullptr);
    }
    lookup_.step(listBeat, rowTaken);
  }
  [[nodiscard]] bool requestStill() const {
    return lookup_.still() && request.still() && !request.issues(!bursts_.full(), true);
  }

  static constexpr uint32_t kBeats = 2;
  uint32_t dim_, parts_, pieces_;
  RowLookup lookup_;
  Fifo<uint8_t> bursts_;  ///< requested, last beat not come; 1: of a gather's list
  Fifo<CopyCommand> plans_;
  WordWalker walker_;
  uint32_t beats_ = 0, part_ = 0;
  bool issue_ = false, axReady_ = false;
};

}  // namespace intformer::perf
