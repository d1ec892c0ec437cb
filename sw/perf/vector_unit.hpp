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
  explicit RowScalar(const Plan& plan)
      : interval_(plan.scalarInterval()), latencies_(plan.latencies) {}

  [[nodiscard]] bool busy() const { return reading_ || !releasesAt_.empty() || busyUntil_ != 0; }
  [[nodiscard]] bool pending(uint32_t slot) const {
    return busy() && slot >= pending_ && slot < end_;
  }
  /// The slot that it reads next.
  [[nodiscard]] uint32_t next() const { return next_; }
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
    rowCycles_ = command.layerNormScalar ? latencies_.scalarLayerNorm() : latencies_.scalarSoftmax();
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
    releasesAt_.push(now + rowCycles_ - latencies_.scalarLead);
    readsAt_ = now + interval_;
    reading_ = ++next_ != end_;
    if (!reading_) busyUntil_ = now + rowCycles_;
  }

 private:
  uint32_t interval_;
  Latencies latencies_;
  bool reading_ = false;
  uint32_t next_ = 0, pending_ = 0, end_ = 0;
  uint32_t rowCycles_ = 0;  ///< from the grant of a row's sums to its last cycle in the unit
  uint64_t readsAt_ = 0, busyUntil_ = 0;
  Fifo<uint64_t> releasesAt_{latencies_.scalarLayerNorm()};
};

/// Vector unit: a front that takes commands (state), row_fetch.sv, row_issue.sv, row_writer.sv and
/// done_order.sv, each at its own command.
class VectorUnit {
 public:
  explicit VectorUnit(const Plan& plan)
      : scalar(plan), latencies_(plan.latencies),
        beats_(plan.beatsPerWord()),
        outRows_(plan.outRows()),
        statisticsRead_(plan.statisticsRead()),
        statisticsLatency_(plan.statisticsLatency()) {}

  RowScalar scalar;

  [[nodiscard]] bool commandReady(bool isScalar) const {
    return frontFree() && !order_.full() && !(isScalar && scalar.busy());
  }
  [[nodiscard]] bool idle() const {
    return state_ == State::Idle && order_.empty() && gathering_ == 0;
  }
  [[nodiscard]] std::optional<uint32_t> done() const {
    if (order_.empty()) return std::nullopt;
    const Order& oldest = order_.front();
    if (oldest.end == End::Written ? written_ == 0 : oldest.end == End::Passed && passed_ == 0)
      return std::nullopt;
    return oldest.index;
  }

  [[nodiscard]] bool accValid() const { return rowOpen() && command_.accUsed && !accSent_; }
  [[nodiscard]] uint32_t accAddress() const { return accAddress_; }
  [[nodiscard]] bool readValid() const {
    return (fetch_ == Fetch::Constants && gap_ == 0) || (rowOpen() && inSent_ != command_.inWords);
  }
  [[nodiscard]] uint32_t readAddress() const {
    return fetch_ == Fetch::Constants ? constAddress_ : inAddress_;
  }
  [[nodiscard]] bool writeValid() const { return writeValid_; }
  [[nodiscard]] uint32_t writeAddress() const { return writeAddress_; }
  /// Waits for the row-scalar unit, with nothing else under way.
  [[nodiscard]] bool waitsForScalar() const {
    return state_ == State::Run && fetch_ == Fetch::Rows && scalarWait() && flight_ == 0 &&
           gap_ == 0 && gathering_ == 0 && !issueOffer_ && !writeOffer_ && order_.count() == 1;
  }

  void step(uint64_t now, bool accReady, bool readReady, const VectorCommand* taken);

 private:
  enum class State : uint8_t { Idle, Check, Run };
  enum class Fetch : uint8_t { Idle, Panel, Constants, Rows };
  enum class End : uint8_t { None, Written, Passed };  ///< what makes a command done
  struct Order {
    uint32_t index = 0;
    End end = End::None;
  };
  /// What a row in the fetch buffer consists of.
  struct Held {
    bool acc = false, in = false;
  };
  /// A row in the lanes: the cycle in which its last beat is in the last stage.
  struct Leaving {
    uint64_t cycle = 0;
    bool results = false, gathers = false, final = false;
  };
  /// Rows and panels that are left of a command in one part of the unit.
  struct Walk {
    uint32_t rows = 0, rowsLeft = 0, panelsLeft = 0;
    void start(const VectorCommand& command) {
      rows = rowsLeft = command.rows;
      panelsLeft = command.panels;
    }
    [[nodiscard]] bool lastRow() const { return rowsLeft == 1; }
    [[nodiscard]] bool final() const { return rowsLeft == 1 && panelsLeft == 1; }
    void next() {
      if (--rowsLeft != 0) return;
      rowsLeft = rows;
      --panelsLeft;
    }
  };

  [[nodiscard]] bool frontFree() const {
    return state_ == State::Idle ||
           (state_ == State::Run && fetch_ == Fetch::Idle && !issueOffer_ && !writeOffer_);
  }
  [[nodiscard]] bool scalarWait() const {
    return command_.statisticsUsed && scalar.pending(slot_);
  }
  [[nodiscard]] bool rowOpen() const {
    return fetch_ == Fetch::Rows && held_.count() != latencies_.fetchRows && !scalarWait() &&
           !(firstRow_ && command_.inWords != 0 && flight_ != 0);
  }
  [[nodiscard]] bool serialize() const { return command_.statisticsGathered && command_.rows < 4; }
  [[nodiscard]] bool panelFirst() const { return serialize() || command_.constWords != 0; }
  /// Its statistics are on their way from an earlier command.
  [[nodiscard]] bool older(uint32_t slot) const {
    return older_ != 0 && slot < olderEnd_ && slot + older_ >= olderEnd_;
  }
  void startFetch();
  bool stepFetch(bool accReady, bool readReady);
  void nextRow();
  bool stepIssue(uint64_t now, bool slotWritten);
  bool stepWriter(bool push);

  Latencies latencies_;
  uint32_t beats_, outRows_, statisticsRead_, statisticsLatency_;
  State state_ = State::Idle;
  Fetch fetch_ = Fetch::Idle;
  VectorCommand command_;  ///< of the front and the fetch
  bool issueOffer_ = false, writeOffer_ = false;
  Fifo<Order> order_{latencies_.vectorCommands};
  uint32_t written_ = 0, passed_ = 0;

  // Requests.
  Walk fetchWalk_;
  uint32_t slot_ = 0, constLeft_ = 0, constAddress_ = 0;
  uint32_t accBase_ = 0, accAddress_ = 0, inBase_ = 0, inAddress_ = 0, inSent_ = 0;
  uint32_t gap_ = 0;  ///< cycles until the next word of constants may be requested
  uint32_t flight_ = 0, younger_ = 0;
  bool accSent_ = false, firstRow_ = false;
  Fifo<Held> held_{latencies_.fetchRows};
  // Responses: bit read - 1 comes in this cycle; of scratchpad words only the last one of a row counts.
  uint32_t accFlight_ = 0, inFlight_ = 0, accCount_ = 0, inCount_ = 0;
  // Lanes. A row's last beat is in the last stage laneStages + beats - 1 cycles after it entered.
  bool issueActive_ = false;
  VectorCommand issue_;
  Walk issueWalk_;
  uint32_t issueSlot_ = 0, unfinished_ = 0, beatsLeft_ = 0;
  Fifo<Leaving> leaving_{outRows_};
  Fifo<uint64_t> slotWrittenAt_{statisticsLatency_ + 1};
  uint32_t gathering_ = 0, older_ = 0, olderEnd_ = 0;
  uint64_t momentsEntered_ = 0;  ///< bit k: a row that gathers moments entered k + 1 cycles ago
  bool sumsHold_ = false;
  // Writer.
  bool writeActive_ = false, writePopped_ = false;
  VectorCommand write_;
  Walk writeWalk_;
  uint32_t waiting_ = 0, part_ = 0, writeAddress_ = 0;
  uint32_t next8_ = 0, panel8_ = 0, next16_ = 0, panel16_ = 0;
  bool writeValid_ = false, writeFinal_ = false, writeLast_ = false;
};

}  // namespace intformer::perf
