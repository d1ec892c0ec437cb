#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sw/perf/dram.hpp"
#include "sw/perf/fifo.hpp"
#include "sw/perf/memory_timing.hpp"

namespace intformer::perf {

/// One burst as the address channels carry it.
struct Burst {
  uint64_t address = 0;  ///< of the first beat, aligned to the bus
  uint32_t beats = 0;
  bool last = false;  ///< of its command
  uint32_t command = 0;
  bool list = false;  ///< reads the list of a gather
};

/// The memory: what its pins show in a cycle, and what the handshakes of the cycle change.
class Memory {
 public:
  Memory(const MemoryTiming& timing, uint32_t busBytes)
      : latency_(std::max(timing.latency, 1U)),
        outstanding_(std::clamp(timing.outstanding, 1U, kMost)),
        reads_{Fifo<Waiting>(kMost), Fifo<Waiting>(kMost)},
        writes_(kMost),
        responses_(kMost) {
    if (timing.dram) dram_.emplace(*timing.dram, busBytes);
  }

  // Pins of this cycle.
  bool arReady = true, rValid = false, rLast = false, awReady = true, wReady = false,
       bValid = false;
  uint32_t rSide = 0;  ///< 0 fetch, 1 load

  void acceptRead(uint64_t now, uint32_t side, uint64_t address, uint32_t beats) {
    if (dram_)
      dram_->accept(now, false, address, beats, side);
    else
      reads_[side].push({now + latency_, beats});
  }
  void acceptReadBeat() {
    Waiting& burst = reads_[rSide].front();
    if (--burst.beats == 0) reads_[rSide].pop();
    rValid = false;
  }
  void acceptWrite(const Burst& burst) { writes_.push({burst, burst.beats}); }
  void acceptWriteBeat(uint64_t now) {
    Writing& writing = writes_.front();
    if (--writing.left != 0) return;
    if (dram_)
      dram_->accept(now, true, writing.burst.address, writing.burst.beats);
    else
      responses_.push({now + latency_, 0});
    writes_.pop();
  }
  void acceptResponse() {
    responses_.pop();
    bValid = false;
  }

  /// Sets the pins of cycle `now`, from what the cycles before have left.
  void drive(uint64_t now) {
    if (dram_) serve(now);
    const uint32_t reads = reads_[0].count() + reads_[1].count() + waiting(false);
    const uint32_t writes = writes_.count() + responses_.count() + waiting(true);
    arReady = reads < outstanding_;
    awReady = writes < outstanding_;
    wReady = !writes_.empty();
    if (!rValid) driveRead(now);
    if (!bValid) bValid = !responses_.empty() && responses_.front().ready <= now;
  }

  /// First cycle in which DRAM has something to decide; ~0 when nothing waits for it.
  [[nodiscard]] uint64_t nextDecision() const { return dram_ ? dram_->wakes() : kNever; }
  [[nodiscard]] DramUse dramUse() const { return dram_ ? dram_->use() : DramUse{}; }
  /// First cycle in which a response comes; ~0 when none is on its way.
  [[nodiscard]] uint64_t nextResponse() const {
    return responses_.empty() ? kNever : responses_.front().ready;
  }
  /// First cycle in which a read beat comes, while none is on the pins.
  [[nodiscard]] uint64_t nextRead() const {
    uint64_t next = kNever;
    for (const auto& queue : reads_)
      if (!queue.empty()) next = std::min(next, queue.front().ready);
    return next;
  }
  /// Beats that the burst on the pins sends after this one and before its last.
  [[nodiscard]] uint32_t steadyBeats() const {
    return rValid ? std::max(reads_[rSide].front().beats, 2U) - 2 : 0;
  }
  /// As many beats were taken, one in each cycle.
  void skipBeats(uint32_t beats) { reads_[rSide].front().beats -= beats; }

 private:
  static constexpr uint32_t kMost = 64;
  static constexpr uint64_t kNever = ~uint64_t{0};
  struct Waiting {
    uint64_t ready = 0;
    uint32_t beats = 0;
  };

  struct Writing {
    Burst burst;
    uint32_t left = 0;  ///< beats
  };

  [[nodiscard]] uint32_t waiting(bool write) const { return dram_ ? dram_->waiting(write) : 0; }
  void serve(uint64_t now) {
    for (Dram::Served served; dram_->serve(now, served);) {
      if (served.write)
        responses_.push({served.ready, 0});
      else
        reads_[served.id].push({served.ready, served.beats});
    }
  }
  void driveRead(uint64_t now) {
    const bool ready0 = !reads_[0].empty() && reads_[0].front().ready <= now;
    const bool ready1 = !reads_[1].empty() && reads_[1].front().ready <= now;
    if (!ready0 && !ready1) return;
    if (!ready0 || !ready1)
      rSide = ready1 ? 1 : 0;
    else if (!midBurst_)  // a started burst goes on; else the older one is served
      rSide = reads_[1].front().ready < reads_[0].front().ready ? 1 : 0;
    rValid = true;
    rLast = reads_[rSide].front().beats == 1;
    midBurst_ = !rLast;
  }

  uint32_t latency_, outstanding_;
  Fifo<Waiting> reads_[2];
  Fifo<Writing> writes_;
  Fifo<Waiting> responses_;
  std::optional<Dram> dram_;
  bool midBurst_ = false;
};

/// Address side of a DMA direction (burst_request.sv): cuts commands into bursts and checks them,
/// three registers before the port.
class BurstRequest {
 public:
  BurstRequest(uint32_t busBytes, uint32_t burstBytes)
      : busBytes_(busBytes), burstBytes_(burstBytes) {}

  bool axValid = false;
  Burst ax;

  [[nodiscard]] bool issues(bool room, bool axReady) const {
    return checkedValid_ && room && (!axValid || axReady);
  }
  /// A further command is taken in this cycle.
  [[nodiscard]] bool ready() const { return !active_; }
  [[nodiscard]] bool idle() const {
    return !active_ && !burstValid_ && !checkedValid_ && !axValid;
  }
  /// Nothing moves unless something issues.
  [[nodiscard]] bool still() const {
    return !axValid && (checkedValid_ ? burstValid_ || !active_ : !burstValid_ && !active_);
  }
  [[nodiscard]] const Burst& next() const { return checked_; }

  struct Transfer {
    uint64_t address = 0, chunkBytes = 0, stride = 0;
    uint32_t chunks = 0, command = 0;
    bool list = false;
  };
  void step(bool issue, bool axReady, const Transfer* accepted) {
    if (issue) {
      axValid = true;
      ax = checked_;
    } else if (axReady) {
      axValid = false;
    }
    const bool check = !checkedValid_ || issue;
    if (check) {
      checkedValid_ = burstValid_;
      checked_ = burst_;
    }
    if (active_ && (!burstValid_ || check)) {
      advance();
      burstValid_ = true;
    } else if (check) {
      burstValid_ = false;
    }
    if (accepted == nullptr) return;
    active_ = true;
    address_ = chunkAddress_ = accepted->address;
    left_ = chunkBytes_ = accepted->chunkBytes;
    chunks_ = accepted->chunks;
    stride_ = accepted->stride;
    command_ = accepted->command;
    list_ = accepted->list;
  }

 private:
  [[nodiscard]] uint64_t room() const { return burstBytes_ - (address_ & (burstBytes_ - 1)); }
  void advance() {
    const uint64_t bytes = std::min(left_, room());
    const bool chunkEnd = left_ <= room();
    const uint64_t beats = (address_ + bytes - 1) / busBytes_ - address_ / busBytes_ + 1;
    burst_ = {address_ / busBytes_ * busBytes_, static_cast<uint32_t>(beats),
              chunkEnd && chunks_ == 1, command_, list_};
    if (!chunkEnd) {
      address_ += bytes;
      left_ -= bytes;
      return;
    }
    address_ = chunkAddress_ += stride_;
    left_ = chunkBytes_;
    if (--chunks_ == 0) active_ = false;
  }

  uint64_t busBytes_, burstBytes_;
  bool active_ = false, burstValid_ = false, checkedValid_ = false, list_ = false;
  uint64_t address_ = 0, chunkAddress_ = 0, left_ = 0, chunkBytes_ = 0, stride_ = 0;
  uint32_t chunks_ = 0, command_ = 0;
  Burst burst_, checked_;
};

}  // namespace intformer::perf
