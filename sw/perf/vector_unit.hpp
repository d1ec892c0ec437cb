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
  bool accUsed = false, statisticsUsed = false, statisticsGathered = false;
  bool out8 = false, out16 = false;
  uint32_t inWords = 0, constWords = 0, rows = 0, panels = 0, statRow = 0;
  uint32_t accAddress = 0, accStride = 0, inAddress = 0, inStride = 0, constAddress = 0;
  uint32_t out8Address = 0, out8Stride = 0, out16Address = 0, out16Stride = 0;
};

/// Row-scalar unit (row_scalar.sv): the cycles of each state, and the slots still pending.
class RowScalar {
 public:
  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] bool pending(uint32_t slot) const {
    return busy_ && slot >= slot_ && slot < end_;
  }
  /// The next cycle in which it does more than count.
  [[nodiscard]] uint64_t wakesAt() const { return busy_ ? at_ : ~uint64_t{0}; }

  void start(uint64_t now, const VectorCommand& command) {
    busy_ = reading_ = true;
    slot_ = command.statRow;
    end_ = command.statRow + command.rows;
    rowCycles_ = command.layerNormScalar ? kLayerNormCycles : kSoftmaxCycles;
    at_ = now + 1;
  }
  void step(uint64_t now, bool sumsReady) {
    if (!busy_ || at_ != now) return;
    if (reading_) {
      reading_ = !sumsReady;
      at_ = reading_ ? now + 1 : now + rowCycles_ - 1;
      return;
    }
    reading_ = true;
    at_ = now + 1;
    if (++slot_ == end_) busy_ = false;
  }

 private:
  static constexpr uint32_t kSoftmaxCycles = 25, kLayerNormCycles = 42;
  bool busy_ = false, reading_ = false;
  uint32_t slot_ = 0, end_ = 0, rowCycles_ = 0;
  uint64_t at_ = 0;
};

/// Vector unit (row_fetch.sv, row_issue.sv, row_writer.sv and the sequence around them).
class VectorUnit {
 public:
  explicit VectorUnit(const Plan& plan) : beats_(plan.beatsPerWord()) {}

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
