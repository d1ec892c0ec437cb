#pragma once

#include <cstdint>
#include <deque>

namespace intformer::test {

/// The read bursts that a memory has taken and answers in order, a beat at a time.
class ReadBursts {
 public:
  void take(uint64_t addr, uint32_t beats, uint64_t ready) {
    bursts_.push_back({addr, beats, ready});
  }
  /// Offers the next beat once it is ready and `willing()`; an offered beat stays.
  template <typename Willing>
  bool offer(uint64_t cycle, Willing willing) {
    if (!held_) held_ = !bursts_.empty() && bursts_.front().ready <= cycle && willing();
    return held_;
  }
  /// Of the beat that is offered.
  [[nodiscard]] uint64_t addr() const { return bursts_.front().addr; }
  [[nodiscard]] bool last() const { return bursts_.front().beats == 1; }
  /// The beat of `bus` bytes was accepted.
  void advance(uint32_t bus) {
    held_ = false;
    bursts_.front().addr += bus;
    if (--bursts_.front().beats == 0) bursts_.pop_front();
  }
  void clear() { *this = {}; }
  [[nodiscard]] std::size_t outstanding() const { return bursts_.size(); }
  [[nodiscard]] bool quiet() const { return bursts_.empty() && !held_; }

 private:
  struct Burst {
    uint64_t addr;
    uint32_t beats;
    uint64_t ready;
  };
  std::deque<Burst> bursts_;
  bool held_ = false;
};

}  // namespace intformer::test
