#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace intformer::perf {

/// First-in first-out buffer of a fixed depth. Units pop before they push within a cycle and ask
/// `full` before both, as a registered count would answer.
template <class T>
class Fifo {
 public:
  explicit Fifo(uint32_t depth = 1)
      : items_(std::bit_ceil(depth)), mask_(std::bit_ceil(depth) - 1), depth_(depth) {}

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ == depth_; }
  [[nodiscard]] const T& front() const { return items_[head_]; }
  T& front() { return items_[head_]; }

  void push(const T& item) { items_[(head_ + count_++) & mask_] = item; }
  void pop() {
    head_ = (head_ + 1) & mask_;
    --count_;
  }

 private:
  std::vector<T> items_;  ///< a power of two, so that places wrap by a mask
  uint32_t mask_, depth_;
  uint32_t head_ = 0;
  uint32_t count_ = 0;
};

}  // namespace intformer::perf
