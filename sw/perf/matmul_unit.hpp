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
  [[nodiscard]] uint32_t address() const { return at_.address; }
  [[nodiscard]] bool ready() const { return todo_ <= 2 && words_ >= todo_; }
  /// Nothing changes until a swap or a command comes.
  [[nodiscard]] bool settled() const {
    return flight_ == 0 && (!active_ || credit_ == 0) && (words_ == 0 || todo_ == 0);
  }

  /// Cycles in which it takes a word each, and the array does as long as it wants any; ends before
  /// the tile does.
  [[nodiscard]] uint32_t steadyWords() const {
    if (!active_ || flight_ != 3 || !inRange() || credit_ == 0) return 0;
    const uint32_t left = std::min(dim_, limit()) - at_.index - 1;
    if (todo_ == 0) return std::min(left, credit_);
    return words_ != 0 ? std::min(left, todo_) : 0;
  }
  /// As many cycles are over.
  void skip(uint32_t words) {
    at_.address += words;
    at_.index += words;
    if (todo_ != 0) {
      todo_ -= words;
    } else {
      words_ += words;
      credit_ -= words;
    }
  }
  /// A tile's rows begin to enter, one per cycle from `rowAddress` on: goes on until the look-ahead
  /// is full again. False, and nothing has changed, where it was not full, where that takes more
  /// than `most` cycles, or the command ends.
  bool refill(uint32_t rowAddress, uint32_t banks, uint64_t most) {
    if (!active_ || flight_ != 0 || words_ != kLookAhead || todo_ != 0 || banks == 1 ||
        limit() < dim_)
      return false;
    // The weights swap two cycles after the first row; in the third there is room for a word. Where
    // that meets the row in its bank, it comes a cycle later, and those behind it do.
    uint32_t late = 0;
    const auto meets = [&](uint32_t words) {
      return ((rowAddress + 3 + words + late - at_.address) & (banks - 1)) == 0;
    };
    const Place before = at_;
    const uint32_t rest = at_.index, whole = dim_ - rest;
    late += meets(0);
    at_.address += whole - 1;
    at_.index = dim_ - 1;
    bool goesOn = advance() && limit() >= rest;
    if (rest != 0) late += meets(whole);
    goesOn = goesOn && dim_ + 5 + late <= most;
    if (!goesOn) {
      at_ = before;
      return false;
    }
    at_.address += rest;
    at_.index = rest;
    return true;
  }
  /// Of those, the ones after which the array still waits for words of its tile.
  [[nodiscard]] uint32_t unreadyCycles() const { return std::max(todo_, 2U) - 2; }

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
  [[nodiscard]] bool inRange() const { return at_.index < limit(); }
  /// Words of this tile that are not padding, and those behind them.
  [[nodiscard]] uint32_t limit() const {
    return command_.transposed ? at_.colsLeft : at_.depthLeft;
  }
  /// False after the command's last word.
  bool advance() {
    ++at_.address;
    if (++at_.index != dim_) return true;
    at_.index = 0;
    if (at_.depthLeft > dim_) {
      at_.depthLeft -= dim_;
      at_.address = at_.tile += command_.transposed ? command_.bStride : dim_;
      return true;
    }
    if (at_.colsLeft <= dim_) return false;
    at_.depthLeft = command_.depth;
    at_.colsLeft -= dim_;
    at_.address = at_.tile = at_.column += command_.transposed ? dim_ : command_.bStride;
    return true;
  }
  void take(Fifo<MatmulCommand>& commands) {
    command_ = commands.front();
    commands.pop();
    at_.address = at_.tile = at_.column = command_.bAddress;
    at_.depthLeft = command_.depth;
    at_.colsLeft = command_.cols;
    at_.index = 0;
  }

  static constexpr uint32_t kLookAhead = 8;
  uint32_t dim_;
  bool active_ = false;
  MatmulCommand command_;
  /// In the command: of the next word, its tile and its column of tiles; what is left.
  struct Place {
    uint32_t address = 0, tile = 0, column = 0, depthLeft = 0, colsLeft = 0, index = 0;
  };
  Place at_;
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
  explicit RowStreamer(const Plan& plan)
      : dim_(plan.dim), addDistance_(plan.latencies.addDistance) {}

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
    return active_ && !first_ && swap_ == 0 && recent_ == recentAll() && rowsLeft_ > 1 ? rowsLeft_ - 1 : 0;
  }
  /// It sends the first row of a tile if the weights are there.
  [[nodiscard]] bool begins() const {
    return active_ && first_ && swap_ == 0 && rowsLeft_ > 1 && !hazard();
  }
  /// Sends the first `rows` rows of a tile, so many that the weights have swapped.
  void begin(uint32_t rows) {
    first_ = false;
    recent_ = recentAll();
    skip(rows);
  }
  /// It can only wait for the weights of its next tile.
  [[nodiscard]] bool waits() const { return active_ && first_ && swap_ == 0 && recent_ == 0; }
  [[nodiscard]] bool adds() const { return add_; }
  [[nodiscard]] uint32_t rowsLeft() const { return rowsLeft_; }
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
    recent_ = (recent_ << 1 | grant) & recentAll();
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
    return add_ && recent_ != 0 && lastTarget_ - target_ <= addDistance_ - 2;
  }
  /// A row in each of the cycles whose rows a sum must not meet.
  [[nodiscard]] uint32_t recentAll() const { return (1U << (addDistance_ - 1)) - 1; }
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

  uint32_t dim_, addDistance_;
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
      : loader(plan.dim), streamer(plan), arrayLatency_(plan.arrayLatency()),
        accumulate_(plan.latencies.accumulate) {}

  WeightLoader loader;
  RowStreamer streamer;

  [[nodiscard]] bool commandReady() const {
    return !weightCommands_.full() && !rowCommands_.full() && !pending_.full();
  }
  [[nodiscard]] bool idle() const { return pending_.empty(); }
  /// The row whose place the accumulator learns in this cycle, one before its sums come; nullptr
  /// when there is none.
  [[nodiscard]] const ArrayRow* announced(uint64_t now) const {
    const ArrayRow& row = array_[(now + 1) % kRing];
    return row.cycle == now + 1 ? &row : nullptr;
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
  /// Goes through as many cycles at once, at most `most`, as nothing happens in but that a tile's
  /// rows enter, one per cycle, and weights come for it or the next. `clash`: in the first of them
  /// both ask for the same bank. Returns the cycles; 0 where so few are not worth it.
  uint64_t leap(uint64_t now, uint64_t most, bool clash, uint32_t banks) {
    if (streamer.active() && streamer.rowsLeft() <= kWorthLeaping && !streamer.waits()) return 0;
    if (streamer.begins()) {
      const uint64_t rows = std::min<uint64_t>(most, streamer.rowsLeft() - 1);
      if (!loader.refill(streamer.address(), banks, rows)) return 0;
      enter(now, rows);
      streamer.begin(static_cast<uint32_t>(rows));
      return rows;
    }
    const uint64_t cycles = clash ? 0 : std::min(steadyCycles(), most);
    if (cycles < kWorthLeaping) return 0;
    if (!loader.settled()) loader.skip(static_cast<uint32_t>(cycles));
    if (streamer.steadyRows() == 0) return cycles;
    enter(now, cycles);
    streamer.skip(static_cast<uint32_t>(cycles));
    return cycles;
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
      if (row.last) doneAt_.push(row.cycle + accumulate_);
    }
    loader.step(bGranted, swap, weightCommands_);
    if (taken == nullptr) return;
    weightCommands_.push(*taken);
    rowCommands_.push(*taken);
    pending_.push(taken->index);
  }

 private:
  static constexpr uint32_t kWorthLeaping = 3;

  /// Cycles in which loader and streamer do the same, if each request is granted; ~0 without end.
  [[nodiscard]] uint64_t steadyCycles() const {
    uint64_t cycles = ~uint64_t{0};
    if (!loader.settled())
      cycles = loader.steadyWords();
    else if (!loader.active() && !weightCommands_.empty())
      return 0;
    if (const uint32_t rows = streamer.steadyRows(); rows != 0)
      return std::min<uint64_t>(cycles, rows);
    if (streamer.waits())
      return loader.settled() || loader.ready()
                 ? 0
                 : std::min<uint64_t>(cycles, loader.unreadyCycles());
    return streamer.active() || !rowCommands_.empty() || streamer.swaps() ? 0 : cycles;
  }
  /// A row in each of these cycles; of them those that will still be in the array are noted.
  void enter(uint64_t now, uint64_t cycles) {
    const uint64_t first = cycles > arrayLatency_ ? cycles - arrayLatency_ : 0;
    for (uint64_t i = first; i < cycles; ++i) {
      const uint64_t cycle = now + i + arrayLatency_;
      array_[cycle % kRing] = {cycle, streamer.adds(), false,
                               streamer.target() + static_cast<uint32_t>(i)};
    }
  }

  static constexpr uint32_t kRing = 128;  ///< more than the latency of the largest array
  uint32_t arrayLatency_, accumulate_;
  Fifo<MatmulCommand> weightCommands_{2}, rowCommands_{2};
  Fifo<uint32_t> pending_{8};
  Fifo<uint64_t> doneAt_{8};
  std::array<ArrayRow, kRing> array_{};
};

}  // namespace intformer::perf
