#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "sw/perf/dram_timing.h"

namespace intformer::perf {

using DramTiming = intformer_dram_timing;

/// What the chips' data lines did from the first burst on, in cycles.
struct DramUse {
  uint64_t data = 0;     ///< they moved data
  uint64_t rows = 0;     ///< a burst waited for its row
  uint64_t turns = 0;    ///< a burst waited because the one before went the other way
  uint64_t refresh = 0;  ///< rows were closed for a refresh, or it went on
  uint64_t hits = 0, misses = 0;  ///< pieces of bursts that met their row open, or did not
};

/// A command to the chips, for whoever looks on.
struct DramCommand {
  enum class Kind : uint8_t { Activate, Precharge, Read, Write, Refresh };
  Kind kind;
  uint64_t cycle;
  uint32_t bank = 0;                 ///< none of a refresh
  uint64_t row = 0;                  ///< of an activate
  uint64_t dataFrom = 0, dataTo = 0;  ///< [from, to) of a read or write: all its accesses
};

/// DRAM chips and their controller: when each burst's data move. The testbench's memory and the
/// performance model both ask this class, so that they cannot differ. It needs no other header of
/// the project: it is compiled into every verilated device.
///
/// Addresses are row, bank, column: they count through a row and go on in the next bank. Rows stay
/// open. The controller serves one burst after the other. It chooses the next one when the last
/// read or write command of the burst before begins, or when one comes if none waits: the oldest
/// read or the oldest write. It stays with the direction of the burst before, but after turn_bursts
/// of them the other direction is served if one waits there. From its choice on it closes and opens
/// the burst's row, while data of the burst before still move where that one is in another bank. A
/// refresh that is due comes before the next choice; the first is due `refi` after the first burst,
/// so that a run does not depend on when it was started.
///
/// A write burst comes to the controller when all its data have, and is answered when they are in
/// the chips. A read burst goes to the port in one piece: it begins as soon as the chips' rate lets
/// it go on with a beat in every cycle. `latency` lies between the chips and the port.
///
/// Left out: command slots (rows are prepared beside reads and writes), bank groups, ranks, power
/// states, reordering by row, early answers to writes, and fractions of a cycle.
class Dram {
 public:
  static constexpr uint32_t kMost = 64;  ///< bursts that wait in each direction

  Dram(const DramTiming& timing, uint32_t portBytes) : t_(timing), port_(portBytes) {}

  /// A burst comes in this cycle: a read address, or a write's last beat. `address` of the first
  /// beat, aligned to the port; `id` is handed back.
  void accept(uint64_t now, bool write, uint64_t address, uint32_t beats, uint32_t id = 0) {
    if (!started_) {
      started_ = true;
      due_ = now + t_.refi;
    }
    waiting_[write].push({address, now + 1, beats, id});
  }
  [[nodiscard]] uint32_t waiting(bool write) const { return waiting_[write].count; }

  struct Served {
    bool write = false;
    uint32_t beats = 0, id = 0;
    uint64_t ready = 0;  ///< cycle of a read's first beat, to be had one a cycle; of the response
  };
  /// Decides what is to be decided up to this cycle, all bursts that have come before it being
  /// known. True when a burst was served: ask again.
  bool serve(uint64_t now, Served& served) {
    while (anyWaits()) {
      const uint64_t choice = wakes();
      const bool refresh = t_.refi != 0 && due_ <= choice;
      if ((refresh ? std::max(due_, free_) : choice) > now) return false;
      if (refresh) {
        this->refresh(std::max(due_, free_));
        continue;
      }
      served = serveBurst(choice, choosesWrite(choice));
      return true;
    }
    return false;
  }
  /// Cycle of the next decision, or one before it; ~0 when no burst waits.
  [[nodiscard]] uint64_t wakes() const {
    uint64_t first = ~uint64_t{0};
    for (const Ring& ring : waiting_)
      if (ring.count != 0) first = std::min(first, ring.front().arrival);
    return std::max(free_, first);
  }

  [[nodiscard]] const DramUse& use() const { return use_; }
  std::vector<DramCommand>* commands = nullptr;  ///< takes all commands when it is set

 private:
  using Kind = DramCommand::Kind;
  struct Waiting {
    uint64_t address = 0, arrival = 0;
    uint32_t beats = 0, id = 0;
  };
  struct Ring {
    std::array<Waiting, kMost> items{};
    uint32_t head = 0, count = 0;
    [[nodiscard]] const Waiting& front() const { return items[head]; }
    void push(const Waiting& item) { items[(head + count++) % kMost] = item; }
    void pop() { head = (head + 1) % kMost, --count; }
  };
  struct Bank {
    bool open = false, used = false;
    uint64_t row = 0;
    uint64_t activated = 0;  ///< when it was used
    // The first cycle of the next command of a kind.
    uint64_t activate = 0, column = 0, precharge = 0;
  };

  [[nodiscard]] bool anyWaits() const { return (waiting_[0].count | waiting_[1].count) != 0; }
  [[nodiscard]] bool choosesWrite(uint64_t now) const {
    const auto has = [&](const Ring& ring) { return ring.count && ring.front().arrival <= now; };
    const bool read = has(waiting_[0]), write = has(waiting_[1]);
    if (!read || !write) return write;
    return inTurn_ >= t_.turn_bursts ? !writing_ : writing_;
  }
  /// Cycles in which the chips move so many bytes.
  [[nodiscard]] uint64_t dataCycles(uint64_t bytes) const {
    return (bytes * t_.data_cycles + t_.data_bytes - 1) / t_.data_bytes;
  }
  void tell(const DramCommand& command) {
    if (commands != nullptr) commands->push_back(command);
  }

  Served serveBurst(uint64_t now, bool write) {
    const Waiting burst = waiting_[write].front();
    waiting_[write].pop();
    inTurn_ = write == writing_ ? inTurn_ + 1 : 1;
    uint64_t ready = 0;
    const uint64_t end = burst.address + uint64_t{burst.beats} * port_;
    for (uint64_t from = burst.address; from != end;) {  // row by row
      const uint64_t to = std::min(end, (from | (t_.row_bytes - 1)) + 1);
      const uint64_t aligned = from & ~uint64_t{t_.access_bytes - 1};
      const uint64_t data = movePiece(now, write, aligned, to);
      // First and last beat of the piece are there in time; those between are then, too.
      const uint64_t before = (from - burst.address) / port_, after = (to - burst.address) / port_;
      const auto there = [&](uint64_t beat, uint64_t bytes) {
        const uint64_t cycle = data + dataCycles(bytes);
        if (!write && cycle > ready + beat) ready = cycle - beat;
      };
      there(before, from - aligned + port_);
      there(after - 1, to - aligned);
      from = to;
      now = free_;
    }
    if (write) ready = dataEnd_;
    return {write, burst.beats, burst.id, ready + t_.latency};
  }

  /// Moves what lies in one row. Returns the first cycle of the data.
  uint64_t movePiece(uint64_t now, bool write, uint64_t from, uint64_t to) {
    const uint64_t place = from / t_.row_bytes;
    Bank& bank = banks_[place & (t_.banks - 1)];
    const uint64_t cas = write ? t_.cwl : t_.cl;
    const uint64_t cycles =
        dataCycles((to + t_.access_bytes - 1) / t_.access_bytes * t_.access_bytes - from);
    // When the data could move but for the direction before, and but for the row.
    const uint64_t straight = std::max(now + cas, dataEnd_);
    uint64_t turned = straight;
    if (write != writing_ && dataEnd_ != 0)
      turned = std::max(turned, dataEnd_ + (write ? t_.rtw : t_.wtr + t_.cl));
    const uint64_t data = std::max(turned, openRow(now, bank, place) + cas);
    const uint64_t column = data - cas;
    writing_ = write;
    dataEnd_ = data + cycles;
    free_ = column;
    bank.precharge = std::max(bank.precharge, write ? dataEnd_ + t_.wr
                                                    : column + cycles - 1 + t_.rtp);
    tell({write ? Kind::Write : Kind::Read, column, indexOf(bank), 0, data, dataEnd_});
    use_.data += cycles;
    use_.turns += turned - straight;
    use_.rows += data - turned;
    return data;
  }

  /// The first cycle of a read or write command to this row.
  uint64_t openRow(uint64_t now, Bank& bank, uint64_t row) {
    if (bank.open && bank.row == row) {
      ++use_.hits;
      return std::max(now, bank.column);
    }
    ++use_.misses;
    uint64_t activate = std::max(now, bank.activate);
    if (bank.open) {
      const uint64_t precharge = std::max(now, bank.precharge);
      tell({Kind::Precharge, precharge, indexOf(bank)});
      activate = std::max(activate, precharge + t_.rp);
    }
    if (bank.used) activate = std::max(activate, bank.activated + t_.rc);
    if (anyActivated_) activate = std::max(activate, lastActivated_ + t_.rrd);
    anyActivated_ = bank.open = bank.used = true;
    bank.row = row;
    bank.activated = lastActivated_ = activate;
    bank.column = activate + t_.rcd;
    bank.precharge = activate + t_.ras;
    tell({Kind::Activate, activate, indexOf(bank), row});
    return bank.column;
  }

  void refresh(uint64_t now) {
    uint64_t start = now;
    for (uint32_t i = 0; i < t_.banks; ++i) {
      Bank& bank = banks_[i];
      if (!bank.open) continue;
      const uint64_t precharge = std::max(now, bank.precharge);
      tell({Kind::Precharge, precharge, i});
      start = std::max(start, precharge + t_.rp);
      bank.open = false;
    }
    tell({Kind::Refresh, start});
    free_ = start + t_.rfc;
    for (Bank& bank : banks_) bank.activate = free_;
    use_.refresh += free_ - std::min(free_, std::max(now, dataEnd_));
    due_ += t_.refi;
  }
  [[nodiscard]] uint32_t indexOf(const Bank& bank) const {
    return static_cast<uint32_t>(&bank - banks_.data());
  }

  DramTiming t_;
  uint32_t port_;
  std::array<Ring, 2> waiting_;  ///< reads, writes
  std::array<Bank, 32> banks_{};
  bool started_ = false, writing_ = false, anyActivated_ = false;
  uint32_t inTurn_ = 0;  ///< bursts since the direction changed
  uint64_t due_ = 0;     ///< the next refresh
  uint64_t free_ = 0;    ///< the controller can decide again
  uint64_t dataEnd_ = 0, lastActivated_ = 0;
  DramUse use_;
};

}  // namespace intformer::perf
