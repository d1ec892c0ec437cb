#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "gen/plan.hpp"
#include "sw/perf/fifo.hpp"

namespace intformer::perf {

struct MatmulCommand {
  uint32_t index = 0;
  uint32_t aAddress = 0, aStride = 0, bAddress = 0, bStride = 0, cAddress = 0, cStride = 0;
  uint32_t rows = 0, depth = 0, cols = 0;
  bool transposed = false, accumulate = false;
};

/// Fetches weights ahead of the array (weight_loader.sv).
class WeightLoader {
 public:
  explicit WeightLoader(uint32_t dim) : dim_(dim), todo_(dim) {}

  [[nodiscard]] bool active() const { return active_; }
  [[nodiscard]] bool requests() const { return active_ && credit_ != 0 && inRange(); }
  [[nodiscard]] uint32_t address() const { return address_; }
  [[nodiscard]] bool ready() const { return todo_ <= 2 && words_ >= todo_; }
  /// Nothing changes until a swap or a command comes.
  [[nodiscard]] bool settled() const {
    return flight_ == 0 && (!active_ || credit_ == 0) && (words_ == 0 || todo_ == 0);
  }

  void step(bool granted, bool swap, Fifo<MatmulCommand>& commands) {
    const bool step = active_ && credit_ != 0 && (!inRange() || granted);
    const uint32_t todo = swap ? dim_ : todo_;
    const bool pop = words_ != 0 && todo != 0;
    todo_ = todo - pop;
    words_ = words_ - pop + (flight_ >> 1);
    credit_ = credit_ + pop - step;
    flight_ = (flight_ << 1 | step) & 3;
    bool free = !active_;
    if (step) free = !advance();
    if (free) {
      active_ = !commands.empty();
      if (active_) take(commands);
    }
  }

 private:
  [[nodiscard]] bool inRange() const {
    return index_ < (command_.transposed ? colsLeft_ : depthLeft_);
  }
  /// False after the command's last word.
  bool advance() {
    ++address_;
    if (++index_ != dim_) return true;
    index_ = 0;
    if (depthLeft_ > dim_) {
      depthLeft_ -= dim_;
      address_ = tile_ += command_.transposed ? command_.bStride : dim_;
      return true;
    }
    if (colsLeft_ <= dim_) return false;
    depthLeft_ = command_.depth;
    colsLeft_ -= dim_;
    address_ = tile_ = column_ += command_.transposed ? dim_ : command_.bStride;
    return true;
  }
  void take(Fifo<MatmulCommand>& commands) {
    command_ = commands.front();
    commands.pop();
    address_ = tile_ = column_ = command_.bAddress;
    depthLeft_ = command_.depth;
    colsLeft_ = command_.cols;
    index_ = 0;
  }

  static constexpr uint32_t kLookAhead = 8;
  uint32_t dim_;
  bool active_ = false;
  MatmulCommand command_;
  uint32_t address_ = 0, tile_ = 0, column_ = 0, depthLeft_ = 0, colsLeft_ = 0, index_ = 0;
  uint32_t credit_ = kLookAhead, words_ = 0, flight_ = 0, todo_;
};

/// A row on its way through the array to the accumulator.
struct ArrayRow {
  uint64_t cycle = 0;  ///< of its arrival
  bool add = false, last = false;
  uint32_t target = 0;
};

/// Streams rows of A through the array (row_streamer.sv, the array's latency).
class RowStreamer {
 public:
  explicit RowStreamer(uint32_t dim) : dim_(dim) {}

  [[nodiscard]] bool active() const { return active_; }
  [[nodiscard]] bool requests(bool weightsReady) const {
    return active_ && rowsLeft_ != 0 && (!first_ || (weightsReady && !hazard()));
  }
  [[nodiscard]] uint32_t address() const { return address_; }
  [[nodiscard]] uint32_t target() const { return target_; }
  /// The row that a first grant of a tile sends swaps the weights two cycles later.
  [[nodiscard]] bool swaps() const { return (swap_ & 2) != 0; }
  /// Rows that this tile will still send, one per cycle, without another condition.
  [[nodiscard]] uint32_t steadyRows() const {
    return active_ && !first_ && swap_ == 0 && recent_ == 3 && rowsLeft_ > 1 ? rowsLeft_ - 1 : 0;
  }
  [[nodiscard]] bool adds() const { return add_; }
  /// Sends `rows` rows at once, at most steadyRows().
  void skip(uint32_t rows) {
    address_ += rows;
    target_ += rows;
    lastTarget_ = target_ - 1;
    rowsLeft_ -= rows;
    slot_ = std::min(slot_ + rows, dim_ - 1);
  }

  /// Ends the cycle; true when it has sent `row`.
  bool step(bool grant, Fifo<MatmulCommand>& commands, ArrayRow& row) {
    swap_ = (swap_ << 1 | (grant && first_)) & 3;
    recent_ = (recent_ << 1 | grant) & 3;
    if (active_ && (grant || rowsLeft_ == 0)) {
      if (grant) {
        row = {0, add_, rowsLeft_ == 1 && depthLeft_ <= dim_ && colsLeft_ <= dim_, target_};
        lastTarget_ = target_;
      }
      const bool lastRow = rowsLeft_ <= 1;
      if (lastRow && slot_ == dim_ - 1) {
        active_ = nextTile();
      } else {
        if (slot_ != dim_ - 1) ++slot_;
        if (grant) {
          --rowsLeft_;
          ++address_;
          ++target_;
          first_ = false;
        }
      }
    }
    if (!active_ && !commands.empty()) take(commands);
    return grant;
  }

 private:
  [[nodiscard]] bool hazard() const {
    return add_ && recent_ != 0 && lastTarget_ - target_ <= 1;
  }
  bool nextTile() {
    const bool lastDepth = depthLeft_ <= dim_;
    if (lastDepth && colsLeft_ <= dim_) return false;
    rowsLeft_ = command_.rows;
    first_ = true;
    slot_ = 0;
    if (!lastDepth) {
      depthLeft_ -= dim_;
      address_ = panel_ += command_.aStride;
      target_ = tile_;
      add_ = true;
    } else {
      depthLeft_ = command_.depth;
      colsLeft_ -= dim_;
      address_ = panel_ = command_.aAddress;
      target_ = tile_ += command_.cStride;
      add_ = command_.accumulate;
    }
    return true;
  }
  void take(Fifo<MatmulCommand>& commands) {
    command_ = commands.front();
    commands.pop();
    active_ = first_ = true;
    add_ = command_.accumulate;
    address_ = panel_ = command_.aAddress;
    target_ = tile_ = command_.cAddress;
    rowsLeft_ = command_.rows;
    depthLeft_ = command_.depth;
    colsLeft_ = command_.cols;
    slot_ = 0;
  }

  uint32_t dim_;
  bool active_ = false, first_ = false, add_ = false;
  MatmulCommand command_;
  uint32_t address_ = 0, panel_ = 0, target_ = 0, tile_ = 0, lastTarget_ = 0;
  uint32_t rowsLeft_ = 0, depthLeft_ = 0, colsLeft_ = 0, slot_ = 0;
  uint32_t recent_ = 0, swap_ = 0;
};

/// Matmul unit: loader, streamer, array and the way to the accumulator.
class MatmulUnit {
 public:
  explicit MatmulUnit(const Plan& plan)
      : loader(plan.dim), streamer(plan.dim), arrayLatency_(plan.dim + 4) {}

  WeightLoader loader;
  RowStreamer streamer;

  [[nodiscard]] bool commandReady() const {
    return !weightCommands_.full() && !rowCommands_.full() && !pending_.full();
  }
  [[nodiscard]] bool idle() const { return pending_.empty(); }
  /// The row that reaches the accumulator in this cycle; nullptr when none does.
  [[nodiscard]] const ArrayRow* arriving(uint64_t now) const {
    const ArrayRow& row = array_[now % kRing];
    return row.cycle == now ? &row : nullptr;
  }
  /// The command that is complete in this cycle.
  [[nodiscard]] std::optional<uint32_t> done(uint64_t now) const {
    if (pending_.empty() || doneAt_.empty() || doneAt_.front() != now) return std::nullopt;
    return pending_.front();
  }
  [[nodiscard]] uint64_t nextDone() const {
    return doneAt_.empty() ? ~uint64_t{0} : doneAt_.front();
  }
  /// Commands that loader and streamer have yet to take.
  [[nodiscard]] uint32_t waiting() const { return weightCommands_.count() + rowCommands_.count(); }
  /// Cycles in which nothing happens but that a tile's rows enter, one per cycle; ~0 without end.
  [[nodiscard]] uint64_t steadyCycles() const {
    if (!loader.settled() || (!loader.active() && !weightCommands_.empty())) return 0;
    if (streamer.active()) return streamer.steadyRows();
    return rowCommands_.empty() && !streamer.swaps() ? ~uint64_t{0} : 0;
  }
  void skip(uint64_t now, uint64_t cycles) {
    if (!streamer.active()) return;
    // Those of the rows that will still be in the array.
    const uint64_t first = cycles > arrayLatency_ ? cycles - arrayLatency_ : 0;
    for (uint64_t i = first; i < cycles; ++i) {
      const uint64_t cycle = now + i + arrayLatency_;
      array_[cycle % kRing] = {cycle, streamer.adds(), false,
                               streamer.target() + static_cast<uint32_t>(i)};
    }
    streamer.skip(static_cast<uint32_t>(cycles));
  }

  void step(uint64_t now, bool aGranted, bool bGranted, const MatmulCommand* taken) {
    if (!doneAt_.empty() && doneAt_.front() == now) {
      doneAt_.pop();
      pending_.pop();
    }
    const bool swap = streamer.swaps();
    ArrayRow row;
    if (streamer.step(aGranted, rowCommands_, row)) {
      row.cycle = now + arrayLatency_;
      array_[row.cycle % kRing] = row;
      if (row.last) doneAt_.push(row.cycle + 2);
    }
    loader.step(bGranted, swap, weightCommands_);
    if (taken == nullptr) return;
    weightCommands_.push(*taken);
    rowCommands_.push(*taken);
    pending_.push(taken->index);
  }

 private:
  static constexpr uint32_t kRing = 128;  ///< more than the latency of the largest array
  uint32_t arrayLatency_;
  Fifo<MatmulCommand> weightCommands_{2}, rowCommands_{2};
  Fifo<uint32_t> pending_{8};
  Fifo<uint64_t> doneAt_{8};
  std::array<ArrayRow, kRing> array_{};
};

}  // namespace intformer::perf
