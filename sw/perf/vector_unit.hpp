#pragma once

#include <algorithm>
#include <optional>

#include "gen/plan.hpp"
#include "sw/perf/fifo.hpp"

namespace intformer::perf {

/// A command of the vector queue, reduced to what takes time.
struct VectorCommand {
  uint32_t index = 0;
  bool scalar = false, layerNormScalar = false;
  bool accUsed = false, statisticsUsed = false, statisticsGathered = false, moments = false;
  bool out8 = false, out16 = false;
  uint32_t inWords = 0, constWords = 0, rows = 0, panels = 0, statRow = 0;
  uint32_t accAddress = 0, accStride = 0, inAddress = 0, inStride = 0, constAddress = 0;
  uint32_t out8Address = 0, out8Stride = 0, out16Address = 0, out16Stride = 0;
};

/// Row-scalar unit (row_scalar.sv): when its rows enter and leave, and the slots still pending.
class RowScalar {
 public:
  explicit RowScalar(uint32_t interval) : interval_(interval) {}

  [[nodiscard]] bool busy() const { return reading_ || !releasesAt_.empty() || busyUntil_ != 0; }
  [[nodiscard]] bool pending(uint32_t slot) const {
    return busy() && slot >= pending_ && slot < end_;
  }
  /// The next cycle in which it does more than count.
  [[nodiscard]] uint64_t wakesAt() const {
    uint64_t cycle = ~uint64_t{0};
    if (reading_) cycle = readsAt_;
    if (!releasesAt_.empty()) cycle = std::min(cycle, releasesAt_.front());
    if (busyUntil_ != 0) cycle = std::min(cycle, busyUntil_);
    return cycle;
  }

  void start(uint64_t now, const VectorCommand& command) {
    reading_ = true;
    next_ = pending_ = command.statRow;
    end_ = command.statRow + command.rows;
    rowCycles_ = command.layerNormScalar ? kLayerNormCycles : kSoftmaxCycles;
    readsAt_ = std::max(readsAt_, now + 1);
  }
  /// Goes through cycle `now`; `sumsReady`: the statistics would give it the sums of a row.
  void step(uint64_t now, bool sumsReady) {
    if (busyUntil_ == now) busyUntil_ = 0;
    if (!releasesAt_.empty() && releasesAt_.front() == now) {
      releasesAt_.pop();
      ++pending_;
    }
    if (!reading_ || readsAt_ > now) return;
    if (!sumsReady) {
      readsAt_ = now + 1;
      return;
    }
    releasesAt_.push(now + rowCycles_ - kLead);
    readsAt_ = now + interval_;
    reading_ = ++next_ != end_;
    if (!reading_) busyUntil_ = now + rowCycles_;
  }

 private:
  /// From the grant of a row's sums to its last cycle in the unit; its slot is free kLead before.
  static constexpr uint32_t kSoftmaxCycles = 23, kLayerNormCycles = 40, kLead = 3;
  uint32_t interval_;
  bool reading_ = false;
  uint32_t next_ = 0, pending_ = 0, end_ = 0, rowCycles_ = 0;
  uint64_t readsAt_ = 0, busyUntil_ = 0;
  Fifo<uint64_t> releasesAt_{kLayerNormCycles};
};

/// Vector unit (row_fetch.sv, row_issue.sv, row_writer.sv and the sequence around them).
class VectorUnit {
 public:
  explicit VectorUnit(const Plan& plan)
      : scalar(plan.scalarInterval()), beats_(plan.beatsPerWord()) {}

  RowScalar scalar;

  [[nodiscard]] bool commandReady(bool isScalar) const {
    return state_ == State::Idle && !(isScalar && scalar.busy());
  }
  [[nodiscard]] bool idle() const { return state_ == State::Idle && !done_; }
  [[nodiscard]] std::optional<uint32_t> done() const {
    return done_ ? std::optional(command_.index) : std::nullopt;
  }

  [[nodiscard]] bool accValid() const { return rowOpen() && command_.accUsed && !accSent_; }
  [[nodiscard]] uint32_t accAddress() const { return accAddress_; }
  [[nodiscard]] bool readValid() const {
    return fetch_ == Fetch::Constants || (rowOpen() && inSent_ != command_.inWords);
  }
  [[nodiscard]] uint32_t readAddress() const {
    return fetch_ == Fetch::Constants ? constAddress_ : inAddress_;
  }
  [[nodiscard]] bool writeValid() const { return writeValid_; }
  [[nodiscard]] uint32_t writeAddress() const { return writeAddress_; }
  /// Waits for the row-scalar unit, with nothing else under way.
  [[nodiscard]] bool waitsForScalar() const {
    return state_ == State::Run && fetch_ == Fetch::Rows && !rowOpen() && flight_ == 0 &&
           tail_ == 0 && !writeValid_;
  }

  void step(uint64_t now, bool accReady, bool readReady, const VectorCommand* taken);

 private:
  enum class State : uint8_t { Idle, Check, Run };
  enum class Fetch : uint8_t { Idle, Panel, Constants, Rows };
  static constexpr uint32_t kBufferRows = 8, kOutRows = 16, kStages = 11;

  [[nodiscard]] bool rowOpen() const {
    return fetch_ == Fetch::Rows && held_ != kBufferRows &&
           !(command_.statisticsUsed && scalar.pending(slot_));
  }
  [[nodiscard]] bool panelClear() const {
    const bool serialize = command_.statisticsGathered && command_.rows < 4;
    return serialize ? flight_ == 0 : flight_ <= command_.rows;
  }
  void start();
  void stepRows(uint64_t now, bool accReady, bool readReady);
  bool stepFetch(bool accReady, bool readReady);
  void nextRow();
  bool stepWriter(bool push);

  uint32_t beats_;
  State state_ = State::Idle;
  Fetch fetch_ = Fetch::Idle;
  bool done_ = false;
  VectorCommand command_;

  // Requests.
  uint32_t panelsLeft_ = 0, rowsLeft_ = 0, slot_ = 0, constLeft_ = 0, constAddress_ = 0;
  uint32_t accBase_ = 0, accAddress_ = 0, inBase_ = 0, inAddress_ = 0, inSent_ = 0;
  uint32_t held_ = 0, flight_ = 0;
  bool accSent_ = false;
  // Responses: bit 1 comes in this cycle.
  uint32_t accFlight_ = 0, inFlight_ = 0, accCount_ = 0, inCount_ = 0;
  bool inHalf_ = false;
  // Lanes. A row's last beat is in the last stage kStages + beats - 1 cycles after it entered.
  uint32_t unfinished_ = 0, beatsLeft_ = 0;
  Fifo<uint64_t> leavesAt_{kOutRows};
  uint32_t entered_ = 0;  ///< bit k: a row entered k + 1 cycles ago
  uint32_t tail_ = 0;     ///< cycles for which the statistics are still busy
  // Writer.
  uint32_t waiting_ = 0, part_ = 0, writeRowsLeft_ = 0, writeAddress_ = 0;
  uint32_t next8_ = 0, panel8_ = 0, next16_ = 0, panel16_ = 0;
  bool writeValid_ = false, writeFinal_ = false;
};

}  // namespace intformer::perf
