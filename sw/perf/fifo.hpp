#pragma once

#include <cstdint>
#include <vector>

namespace intformer::perf {

/// First-in first-out buffer of a fixed depth. Units pop before they push within a cycle and ask
/// `full` before both, as a registered count would answer.
template <class T>
class Fifo {
 public:
  explicit Fifo(uint32_t depth = 1) : items_(depth) {}

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == items_.size(); }
  [[nodiscard]] const T& front() const { return items_[head_]; }
  T& front() { return items_[head_]; }

  void push(const T& item) {
    uint32_t at = head_ + count_++;
    if (at >= items_.size()) at -= static_cast<uint32_t>(items_.size());
    items_[at] = item;
  }
  void pop() {
    if (++head_ == items_.size()) head_ = 0;
    --count_;
  }

 private:
  std::vector<T> items_;
  uint32_t head_ = 0;
  uint32_t count_ = 0;
};

}  // namespace intformer::perf
