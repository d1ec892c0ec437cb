#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <deque>

#include "gen/plan.hpp"
#include "gen/tables/commands.hpp"
#include "sw/perf/bus.hpp"

namespace intformer::perf {

/// Command queue whose head lies in a register (command_queue.sv).
template <class T>
class CommandQueue {
 public:
  explicit CommandQueue(uint32_t depth = 1) : waiting_(depth) {}

  [[nodiscard]] bool room() const { return !waiting_.full(); }
  [[nodiscard]] bool valid() const { return valid_; }
  [[nodiscard]] const T& head() const { return head_; }
  [[nodiscard]] bool moves() const { return !waiting_.empty() && !valid_; }

  void step(const T* pushed, bool popped) {
    if (!waiting_.empty() && (!valid_ || popped)) {
      head_ = waiting_.front();
      waiting_.pop();
      valid_ = true;
    } else if (popped) {
      valid_ = false;
    }
    if (pushed != nullptr) waiting_.push(*pushed);
  }

 private:
  Fifo<T> waiting_;
  T head_{};
  bool valid_ = false;
};

/// Fetch unit (fetch_unit.sv): requests the program ahead of the dispatcher.
class FetchUnit {
 public:
  FetchUnit(const Plan& plan, uint64_t address, uint32_t commands)
      : request(plan.busBytes, plan.fetchBurstBytes()),
        parts_(kBytes / std::min(plan.busBytes, kBytes)),
        capacity_(plan.fetchDepth * parts_),
        burstBeats_(plan.fetchBurstBytes() / plan.busBytes),
        queue_(plan.fetchDepth),
        transfer_{address, uint64_t{commands} * kBytes, 0, 1, 0} {}

  BurstRequest request;
  uint64_t beatsRead = 0;

  void begin(bool axReady) {
    axReady_ = axReady;
    issue_ = request.issues(room(), axReady);
  }
  /// A command is offered to the dispatcher: the next one of the stream.
  [[nodiscard]] bool valid() const { return queue_.valid(); }
  /// It was offered in the cycle before, in which the dispatcher checks it.
  [[nodiscard]] bool checked() const { return checked_; }
  [[nodiscard]] uint32_t index() const { return queue_.head(); }
  /// Nothing moves before a beat comes or a command is taken.
  [[nodiscard]] bool still() const {
    return started_ && request.still() && !request.issues(room(), true) && !complete_ &&
           !queue_.moves() && checked_ == queue_.valid();
  }

  void step(bool beat, bool taken) {
    if (issue_) reserved_ += request.next().beats;
    if (taken) reserved_ -= parts_;
    request.step(issue_, axReady_, started_ ? nullptr : &transfer_);
    issue_ = false;
    started_ = true;
    checked_ = queue_.valid() && !taken;
    queue_.step(complete_ ? &received_ : nullptr, taken);
    received_ += complete_;
    complete_ = false;
    if (!beat) return;
    ++beatsRead;
    if (++part_ != parts_) return;
    part_ = 0;
    complete_ = true;
  }

 private:
  static constexpr uint32_t kBytes = kCommandBytes;
  [[nodiscard]] bool room() const { return reserved_ + burstBeats_ <= capacity_; }

  uint32_t parts_, capacity_, burstBeats_;
  CommandQueue<uint32_t> queue_;
  BurstRequest::Transfer transfer_;
  uint32_t reserved_ = 0, part_ = 0, received_ = 0;
  bool started_ = false, complete_ = false, issue_ = false, axReady_ = false, checked_ = false;
};

/// Tokens between the queues (token_counters.sv): those given in a cycle count from the next on.
class Tokens {
 public:
  [[nodiscard]] bool has(uint32_t wait, std::size_t to) const {
    for (std::size_t from = 0; from < kQueueCount; ++from)
      if ((wait >> from & 1) != 0 && count_[from][to] == 0) return false;
    return true;
  }
  void take(uint32_t wait, std::size_t to) {
    for (std::size_t from = 0; from < kQueueCount; ++from) count_[from][to] -= wait >> from & 1;
  }
  void give(std::size_t from, uint32_t signal) {
    for (std::size_t to = 0; to < kQueueCount; ++to) count_[from][to] += signal >> to & 1;
  }

 private:
  std::array<std::array<uint32_t, kQueueCount>, kQueueCount> count_{};
};

}  // namespace intformer::perf
