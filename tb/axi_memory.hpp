#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "sw/perf/dram.hpp"
#include "tb/device_abi.h"

namespace intformer::tb {

/// Bytes that the device reaches, apart from how it reaches them.
struct Storage {
  uint64_t base = 0;
  uint64_t size = 0;
  uint8_t* bytes = nullptr;
  uint64_t errorBase = 0;  ///< [errorBase, errorEnd) answers SLVERR
  uint64_t errorEnd = 0;
  bool errorOnReads = false;
  bool errorOnWrites = false;

  static constexpr uint8_t kOkay = 0, kSlverr = 2, kDecerr = 3;

  [[nodiscard]] uint8_t response(uint64_t from, uint64_t to, bool write) const {
    if (from < base || to - base > size) return kDecerr;  // `to` may be 2^64, which is 0
    const bool hit = from < errorEnd && to > errorBase;
    return hit && (write ? errorOnWrites : errorOnReads) ? kSlverr : kOkay;
  }
};

/// AXI4 slave on the pins m_axi_* of a verilated top. In order per id; reads of different ids may
/// interleave when random stalls are on. Written bytes become visible with the write response, so
/// that a device that does not wait for it reads the old ones.
template <class Top>
class AxiMemory {
  template <class Port>
  using PortType = std::remove_reference_t<Port>;

 public:
  static constexpr uint32_t kBusBytes = sizeof(PortType<decltype(Top::m_axi_rdata_i)>);

  explicit AxiMemory(Top& top) : top_(top) {
    setTiming({100, 100, 1.0, 0.0, 1, 32, SIM_ADDRESS_FIRST, {}});
  }

  Storage storage;
  sim_write_observer observer = nullptr;
  void* observerContext = nullptr;

  void setTiming(const sim_memory_timing& timing) {
    readLatency_ = timing.read_latency < 1 ? 1 : timing.read_latency;
    writeLatency_ = timing.write_latency < 1 ? 1 : timing.write_latency;
    bandwidth_ = static_cast<uint32_t>(timing.bandwidth * kWhole);
    if (bandwidth_ == 0) bandwidth_ = 1;
    stallThreshold_ = static_cast<uint64_t>(timing.stall * 4294967296.0);
    random_ = timing.seed * 0x9E3779B97F4A7C15ULL | 1;
    outstanding_ = std::clamp(timing.outstanding, 1U, kRing);
    writeOrder_ = timing.write_order;
    dramTiming_ = timing.dram;
    for (const bool write : {false, true})  // what waits goes on as if by the fixed latency
      while (dramQueues_[write].count != 0) leaveDram(write);
    resetDram();
  }

  void clear() {
    for (auto& queue : reads_) queue = {};
    writes_ = {};
    responses_ = {};
    for (auto& queue : dramQueues_) queue = {};
    resetDram();
    early_.clear();
    earlyBursts_ = 0;
    readValid_ = responseValid_ = arHeld_ = awHeld_ = wHeld_ = false;
    violation_.clear();
    readCredit_ = writeCredit_ = kWhole;
    top_.m_axi_arready_i = top_.m_axi_awready_i = top_.m_axi_wready_i = 0;
    top_.m_axi_rvalid_i = top_.m_axi_bvalid_i = 0;
    top_.m_axi_rlast_i = top_.m_axi_rresp_i = top_.m_axi_bresp_i = 0;
    top_.m_axi_rid_i = top_.m_axi_bid_i = 0;
  }

  /// Looks at the settled pins before the clock edge. True when a handshake takes place.
  bool sample(uint64_t cycle) {
    bool moved = false;
    if (top_.m_axi_arvalid_o || arHeld_) moved |= sampleReadAddress(cycle);
    if (readValid_ && top_.m_axi_rready_o) {
      finishReadBeat();
      moved = true;
    }
    if (top_.m_axi_awvalid_o || awHeld_) moved |= sampleWriteAddress(cycle);
    if (top_.m_axi_wvalid_o || wHeld_) moved |= sampleWriteData(cycle);
    if (responseValid_ && top_.m_axi_bready_o) {
      responseValid_ = false;
      responses_.pop();
      moved = true;
    }
    return moved;
  }

  /// Drives the pins of the cycle that begins, after the clock edge.
  void drive(uint64_t cycle) {
    if (dram_) serveDram(cycle);
    top_.m_axi_arready_i = readsUnderWay() < outstanding_ && !stalls();
    top_.m_axi_awready_i = writes_.count + dramQueues_[1].count + responses_.count < outstanding_ &&
                           takesAddress() && !stalls();
    if (readCredit_ < kWhole) readCredit_ += bandwidth_;
    if (writeCredit_ < kWhole) writeCredit_ += bandwidth_;
    if (!readValid_) {
      top_.m_axi_rvalid_i = 0;
      if ((reads_[0].count | reads_[1].count) != 0) driveRead(cycle);
    }
    top_.m_axi_wready_i =
        (writes_.count != 0 || takesEarlyData()) && writeCredit_ >= kWhole && !stalls();
    if (!responseValid_) {
      top_.m_axi_bvalid_i = 0;
      if (responses_.count != 0) driveResponse(cycle);
    }
  }

  [[nodiscard]] const sim_bus_counts& counts() const { return counts_; }
  /// First broken rule since the last reset, or empty.
  [[nodiscard]] const std::string& violation() const { return violation_; }

  [[nodiscard]] std::string pending() const {
    const auto n = [](uint32_t count) { return std::to_string(count); };
    return "memory: " + n(reads_[0].count) + " fetch and " + n(reads_[1].count) +
           " load bursts unfinished, " + n(writes_.count) + " write bursts without all data, " +
           n(responses_.count) + " write responses unanswered" +
           (dram_ ? ", " + n(dramQueues_[0].count) + " reads and " + n(dramQueues_[1].count) +
                        " writes before DRAM"
                  : "") +
           (early_.empty() ? "" : ", " + n(static_cast<uint32_t>(early_.size())) +
                                      " write beats without an address");
  }

 private:
  static constexpr uint32_t kRing = 64;
  static constexpr uint32_t kWhole = 1U << 16;  ///< one beat of bandwidth credit
  static constexpr uint64_t kLane = kBusBytes - 1;
  static constexpr std::size_t kEarlyBeats = 300;  ///< more than the longest burst has

  struct Burst {
    uint64_t address = 0;  ///< of the next beat, aligned to the bus
    uint64_t first = 0;    ///< as requested
    uint64_t ready = 0;    ///< cycle of the first beat or of the response
    uint32_t beats = 0;    ///< left
    uint8_t id = 0;
    uint8_t response = 0;  ///< of a write: the worst so far
    uint32_t slot = 0;
  };
  struct Ring {
    std::array<Burst, kRing> items{};
    uint32_t head = 0, count = 0;
    Burst& front() { return items[head]; }
    Burst& push() { return items[(head + count++) % kRing]; }
    void pop() { head = (head + 1) % kRing, --count; }
  };
  struct WriteBeat {
    uint64_t address, strobe;
    std::array<uint8_t, kBusBytes> bytes;
  };

  bool stalls() {
    if (stallThreshold_ == 0) return false;
    random_ ^= random_ << 13, random_ ^= random_ >> 7, random_ ^= random_ << 17;
    return (random_ >> 32) < stallThreshold_;
  }

  [[nodiscard]] bool takesAddress() const {
    if (writeOrder_ == SIM_DATA_OFFERED) return writes_.count == 0 && wHeld_;
    return writeOrder_ != SIM_DATA_FIRST || earlyBursts_ != 0;
  }
  [[nodiscard]] bool takesEarlyData() const {
    return (writeOrder_ == SIM_DATA_FIRST || writeOrder_ == SIM_ANY_ORDER) &&
           early_.size() < kEarlyBeats;
  }

  void broken(const std::string& what, uint64_t address) {
    if (!violation_.empty()) return;
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(address));
    violation_ = "AXI: " + what + ", address " + text.data();
  }

  struct AddressPins {
    uint64_t address;
    uint8_t id, len, size, burst;
    bool operator==(const AddressPins&) const = default;
  };

  void checkAddress(const AddressPins& pins, const std::string& channel) {
    const uint64_t bytes = (uint64_t{pins.len} + 1) * kBusBytes;
    const uint64_t aligned = pins.address & ~kLane;
    if (pins.size != std::countr_zero(kBusBytes))
      broken(channel + " size is not the bus width", pins.address);
    if (pins.burst != 1) broken(channel + " burst is not INCR", pins.address);
    if (aligned / 4096 != (aligned + bytes - 1) / 4096)
      broken(channel + " burst crosses 4 KiB", pins.address);
  }

  bool sampleReadAddress(uint64_t cycle) {
    const AddressPins now{top_.m_axi_araddr_o, top_.m_axi_arid_o, top_.m_axi_arlen_o,
                          top_.m_axi_arsize_o, top_.m_axi_arburst_o};
    if (arHeld_ && (!top_.m_axi_arvalid_o || !(now == ar_)))
      broken("AR changed before it was accepted", ar_.address);
    arHeld_ = top_.m_axi_arvalid_o && !top_.m_axi_arready_i;
    ar_ = now;
    if (!top_.m_axi_arvalid_o || arHeld_) return false;
    checkAddress(now, "AR");
    const uint64_t aligned = now.address & ~kLane;
    const uint32_t beats = uint32_t{now.len} + 1;
    const Burst burst{aligned, now.address, cycle + readLatency_, beats, now.id, 0, 0};
    if (dram_) {
      dram_->accept(cycle, false, aligned, beats);
      dramQueues_[0].push() = burst;
    } else {
      reads_[now.id & 1].push() = burst;
    }
    ++counts_.read_bursts;
    return true;
  }

  bool sampleWriteAddress(uint64_t cycle) {
    const AddressPins now{top_.m_axi_awaddr_o, top_.m_axi_awid_o, top_.m_axi_awlen_o,
                          top_.m_axi_awsize_o, top_.m_axi_awburst_o};
    if (awHeld_ && (!top_.m_axi_awvalid_o || !(now == aw_)))
      broken("AW changed before it was accepted", aw_.address);
    awHeld_ = top_.m_axi_awvalid_o && !top_.m_axi_awready_i;
    aw_ = now;
    if (!top_.m_axi_awvalid_o || awHeld_) return false;
    checkAddress(now, "AW");
    const uint64_t aligned = now.address & ~kLane;
    const uint32_t beats = uint32_t{now.len} + 1;
    const uint32_t slot = nextSlot_++ % kRing;
    slots_[slot].clear();
    writes_.push() = {aligned, now.address, 0, beats, now.id, Storage::kOkay, slot};
    ++counts_.write_bursts;
    while (writes_.count != 0 && !early_.empty()) {
      const auto [beat, last] = early_.front();
      early_.pop_front();
      earlyBursts_ -= last;
      takeWriteBeat(beat, last, cycle);
    }
    return true;
  }

  bool sampleWriteData(uint64_t cycle) {
    WriteBeat now;
    now.strobe = top_.m_axi_wstrb_o;
    std::memcpy(now.bytes.data(), &top_.m_axi_wdata_o, kBusBytes);
    const bool last = top_.m_axi_wlast_o;
    if (wHeld_ && (!top_.m_axi_wvalid_o || now.strobe != w_.strobe || last != wLast_ ||
                   now.bytes != w_.bytes))
      broken("W changed before it was accepted", writes_.count ? writes_.front().address : 0);
    wHeld_ = top_.m_axi_wvalid_o && !top_.m_axi_wready_i;
    wLast_ = last;
    if (!top_.m_axi_wvalid_o || wHeld_) {
      w_ = now;
      return false;
    }
    writeCredit_ -= kWhole;
    if (writes_.count != 0) {
      takeWriteBeat(now, last, cycle);
    } else {
      early_.emplace_back(now, last);
      earlyBursts_ += last;
    }
    return true;
  }

  /// A beat of the oldest burst that has its address and lacks data.
  void takeWriteBeat(WriteBeat now, bool last, uint64_t cycle) {
    Burst& burst = writes_.front();
    now.address = burst.address;
    if (last != (burst.beats == 1)) broken("WLAST is not on the last beat", burst.address);
    if (burst.address < burst.first && (now.strobe & ((1ULL << (burst.first & kLane)) - 1)) != 0)
      broken("strobe below the burst's first address", burst.first);
    if (now.strobe != 0) {
      const uint64_t from = burst.address + std::countr_zero(now.strobe);
      const uint64_t to = burst.address + 64 - std::countl_zero(now.strobe);
      const uint8_t response = storage.response(from, to, true);
      if (response > burst.response) burst.response = response;
      if (observer != nullptr)
        observer(observerContext, cycle, now.address, now.bytes.data(), now.strobe);
    }
    slots_[burst.slot].push_back(now);
    burst.address += kBusBytes;
    ++counts_.write_beats;
    if (--burst.beats == 0) {
      burst.ready = cycle + writeLatency_;
      if (dram_) {
        const auto beats = static_cast<uint32_t>(slots_[burst.slot].size());
        dram_->accept(cycle, true, burst.address - uint64_t{beats} * kBusBytes, beats);
        dramQueues_[1].push() = burst;
      } else {
        responses_.push() = burst;
      }
      writes_.pop();
    }
  }

  [[nodiscard]] uint32_t readsUnderWay() const {
    return reads_[0].count + reads_[1].count + dramQueues_[0].count;
  }
  void resetDram() {
    dram_.reset();
    if (dramTiming_.banks != 0) dram_.emplace(dramTiming_, kBusBytes);
  }
  /// Bursts that DRAM has decided on go on to where those of a fixed latency wait.
  void serveDram(uint64_t cycle) {
    for (perf::Dram::Served served; dram_->serve(cycle, served);) {
      dramQueues_[served.write].front().ready = served.ready;
      leaveDram(served.write);
    }
  }
  void leaveDram(bool write) {
    const Burst burst = dramQueues_[write].front();
    dramQueues_[write].pop();
    (write ? responses_ : reads_[burst.id & 1]).push() = burst;
  }

  void finishReadBeat() {
    Ring& ring = reads_[readRing_];
    Burst& burst = ring.front();
    burst.address += kBusBytes;
    if (--burst.beats == 0) ring.pop();
    readValid_ = false;
    ++counts_.read_beats;
  }

  void driveRead(uint64_t cycle) {
    if (readCredit_ < kWhole || stalls()) return;
    const bool ready0 = reads_[0].count != 0 && reads_[0].front().ready <= cycle;
    const bool ready1 = reads_[1].count != 0 && reads_[1].front().ready <= cycle;
    if (!ready0 && !ready1) return;
    // A started burst goes on, unless stalls ask for interleaving; else the older one is served.
    if (ready0 && ready1) {
      if (stallThreshold_ != 0) readRing_ = static_cast<uint32_t>(random_ >> 40 & 1);
      else if (!readMidBurst_) readRing_ = reads_[1].front().ready < reads_[0].front().ready;
    } else {
      readRing_ = ready1 ? 1 : 0;
    }
    Burst& burst = reads_[readRing_].front();
    uint8_t* data = reinterpret_cast<uint8_t*>(&top_.m_axi_rdata_i);
    if (storage.size >= kBusBytes && burst.address - storage.base <= storage.size - kBusBytes)
      std::memcpy(data, storage.bytes + (burst.address - storage.base), kBusBytes);
    else
      std::memset(data, 0xEE, kBusBytes);
    top_.m_axi_rid_i = burst.id;
    top_.m_axi_rresp_i = storage.response(std::max(burst.address, burst.first),
                                          burst.address + kBusBytes, false);
    top_.m_axi_rlast_i = burst.beats == 1;
    top_.m_axi_rvalid_i = 1;
    readValid_ = true;
    readMidBurst_ = burst.beats != 1;
    readCredit_ -= kWhole;
  }

  void driveResponse(uint64_t cycle) {
    Burst& burst = responses_.front();
    if (burst.ready > cycle || stalls()) return;
    if (burst.response == Storage::kOkay) {
      for (const WriteBeat& beat : slots_[burst.slot]) {
        uint8_t* to = storage.bytes + (beat.address - storage.base);
        for (uint32_t i = 0; i < kBusBytes; ++i)
          if (beat.strobe >> i & 1) to[i] = beat.bytes[i];
      }
    }
    top_.m_axi_bid_i = burst.id;
    top_.m_axi_bresp_i = burst.response;
    top_.m_axi_bvalid_i = 1;
    responseValid_ = true;
  }

  Top& top_;
  uint32_t readLatency_ = 1, writeLatency_ = 1, bandwidth_ = kWhole, outstanding_ = 32;
  sim_write_order writeOrder_ = SIM_ADDRESS_FIRST;
  uint64_t stallThreshold_ = 0;
  uint64_t random_ = 1;
  intformer_dram_timing dramTiming_{};
  std::optional<perf::Dram> dram_;
  uint32_t readCredit_ = kWhole, writeCredit_ = kWhole;

  std::array<Ring, 2> reads_;
  Ring writes_, responses_;
  std::array<Ring, 2> dramQueues_;  ///< reads and whole writes that DRAM has not decided on
  std::array<std::vector<WriteBeat>, kRing> slots_;
  std::deque<std::pair<WriteBeat, bool>> early_;  ///< data ahead of their address, and whether last
  uint32_t earlyBursts_ = 0;                      ///< whole bursts among them
  uint32_t nextSlot_ = 0;
  uint32_t readRing_ = 0;
  bool readValid_ = false, readMidBurst_ = false, responseValid_ = false;
  bool arHeld_ = false, awHeld_ = false, wHeld_ = false, wLast_ = false;
  AddressPins ar_{}, aw_{};
  WriteBeat w_{};
  sim_bus_counts counts_{};
  std::string violation_;
};

}  // namespace intformer::tb
