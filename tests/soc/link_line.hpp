// SPDX-License-Identifier: Apache-2.0
// The host's end of a UART line: a sender with a clock of its own, and a receiver that looks where
// each bit begins and ends.
#pragma once

#include <cmath>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace intformer::test {

class LineSender {
 public:
  explicit LineSender(double clocksPerBit) : clocksPerBit(clocksPerBit) {}
  double clocksPerBit;

  void send(uint8_t byte, bool stopBit = true) {
    level(false, 1);
    for (int bit = 0; bit < 8; ++bit) level((byte >> bit & 1) != 0, 1);
    level(stopBit, 1);
  }
  void send(const std::vector<uint8_t>& bytes) {
    for (const uint8_t b : bytes) send(b);
  }
  void level(bool high, double bits) { levels_.push_back({high, bits * clocksPerBit}); }
  [[nodiscard]] bool idle() const { return levels_.empty() && static_cast<double>(now_) >= end_; }
  void cut() { levels_.clear(); }

  /// What the line is at the next clock edge.
  bool tick() {
    const double now = static_cast<double>(now_++);
    while (now >= end_ && !levels_.empty()) {
      // After a rest the sender begins wherever its clock is: half a clock off, say, where it has
      // one.
      if (now >= end_ + 1) end_ = now - (clocksPerBit > 2 ? 0.5 : 0);
      high_ = levels_.front().high;
      end_ += levels_.front().clocks;
      levels_.pop_front();
    }
    if (now >= end_) high_ = true;
    return high_;
  }

 private:
  struct Level {
    bool high;
    double clocks;
  };
  std::deque<Level> levels_;
  uint64_t now_ = 0;
  double end_ = 0;
  bool high_ = true;
};

class LineReceiver {
 public:
  explicit LineReceiver(double clocksPerBit) : clocksPerBit_(clocksPerBit) {}
  std::vector<uint8_t> bytes;
  std::vector<std::string> faults;  ///< the first of them

  void tick(bool high) {
    if (!busy_ && !high) {
      busy_ = true;
      levels_.clear();
    }
    if (!busy_) return;
    levels_.push_back(high);
    // The stop bit's first half: the next byte may begin early.
    if (static_cast<double>(levels_.size()) < std::ceil(9.5 * clocksPerBit_)) return;
    busy_ = false;
    uint32_t bits = 0;
    for (int bit = 0; bit < 10; ++bit) {
      const double begin = bit * clocksPerBit_, end = begin + (bit == 9 ? 0.5 : 1) * clocksPerBit_;
      const auto first = static_cast<std::size_t>(std::ceil(begin - kRounding));
      const auto last = static_cast<std::size_t>(std::ceil(end - kRounding)) - 1;
      for (std::size_t i = first; i <= last; ++i)
        if (levels_[i] != levels_[first]) fault("the line changes within a bit");
      bits |= static_cast<uint32_t>(levels_[first]) << bit;
    }
    if ((bits & 1) != 0 || (bits >> 9) != 1) fault("no start or stop bit");
    bytes.push_back(static_cast<uint8_t>(bits >> 1));
  }
  [[nodiscard]] bool idle() const { return !busy_; }

 private:
  static constexpr double kRounding = 1e-6;

  void fault(const char* text) {
    if (faults.empty()) faults.emplace_back(text);
  }

  double clocksPerBit_;
  bool busy_ = false;
  std::vector<bool> levels_;
};

}  // namespace intformer::test
