#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "tests/rtl_system/bench.hpp"

namespace intformer::test {

/// What a chip demands, in its own clocks.
struct ChipTimes {
  uint32_t init, rcd, rp, ras, rasMax, rc, rrd, rfc, wr, mrd, refi, ref, casLatency;
};

/// A burst, and how far it is.
struct Burst {
  uint64_t addr = 0;
  uint32_t beats = 1;
  uint64_t issued = 0;  ///< cycle in which its address was taken
  bool addressed = false;
  std::vector<uint8_t> data, strobes;  ///< of a write, a byte for each byte
  uint32_t sent = 0;                   ///< beats
};

/// Controller, PHY and chip (sdram_bench.sv) under their clocks, and an AXI master before them.
/// Memory is compared with `expected`; no read overlaps a write that has no response yet.
template <typename Setup>
class SdramBench {
  VerilatedContext context_;  // outlives the model

 public:
  static constexpr uint32_t kGear = Setup::kGear;
  static constexpr uint32_t kBytes = Setup::kDataBits / 8;  ///< of a beat
  static constexpr uint64_t kMemory = Setup::kMemoryBytes;
  typename Setup::Model top{&context_};
  Dice dice;
  uint64_t cycle = 0;
  double stall = 0;  ///< probability that a valid or ready is withheld in a cycle
  std::vector<uint8_t> expected = std::vector<uint8_t>(kMemory);
  std::vector<std::string> faults;
  uint64_t readBeats = 0, writeBeats = 0, refusedBursts = 0;
  uint64_t firstRead = 0, lastRead = 0, lastResponse = 0;  ///< cycles of answers
  uint32_t outstanding = 8;                                ///< bursts in each direction
  int stuck = 0;  ///< 1: read data are not taken, 2: write data not sent, 3: responses not taken

  explicit SdramBench(uint32_t seed, const ChipTimes& times = Setup::kTimes) : dice(seed) {
    auto& cells = Setup::cells(top);
    top.rst_ni = 0;
    setTimes(times);
    for (int i = 0; i < 4; ++i) tick();
    std::size_t at = 0;
    for (uint64_t addr = 0; addr < kMemory; addr += sizeof cells[0], ++at) {
      cells[at] =
          static_cast<std::remove_reference_t<decltype(cells[0])>>((at + seed) * 0x9E3779B1U >> 7);
      std::memcpy(&expected[addr], &cells[at], sizeof cells[0]);
    }
    top.rst_ni = 1;
  }
  ~SdramBench() {
    Verilated::threadContextp(&context_);  // where the model takes its public memory out of
    top.final();
  }

  void setTimes(const ChipTimes& t) {
    top.t_init_i = t.init, top.t_rcd_i = t.rcd, top.t_rp_i = t.rp, top.t_ras_i = t.ras;
    top.t_ras_max_i = t.rasMax, top.t_rc_i = t.rc, top.t_rrd_i = t.rrd, top.t_rfc_i = t.rfc;
    top.t_wr_i = t.wr, top.t_mrd_i = t.mrd, top.t_refi_i = t.refi, top.t_ref_i = t.ref;
    top.cas_latency_min_i = t.casLatency;
  }

  /// A system clock.
  void tick() {
    for (const int high : {1, 0}) {
      top.clk_i = static_cast<uint8_t>(high);
      top.clk2x_i = Setup::kGear == 2;
      top.eval();
      if (Setup::kGear != 2) continue;
      top.clk2x_i = 0;
      top.eval();
    }
    ++cycle;
  }

  void read(uint64_t addr, uint32_t beats) {
    waitingReads_.push_back({addr, beats, 0, false, {}, {}, 0});
  }
  void write(uint64_t addr, uint32_t beats, bool holes = false) {
    Burst burst{addr, beats, 0, false, {}, {}, 0};
    for (uint32_t i = 0; i < beats; ++i) {
      const int kind = holes ? static_cast<int>(dice.upTo(3)) : 3;  // no bytes, some, all
      for (uint32_t b = 0; b < kBytes; ++b) {
        burst.data.push_back(static_cast<uint8_t>(dice.upTo(255)));
        burst.strobes.push_back(kind == 0 ? 0 : kind == 1 ? static_cast<uint8_t>(dice.upTo(1)) : 1);
      }
    }
    waitingWrites_.push_back(burst);
  }
  [[nodiscard]] bool idle() const {
    return waitingReads_.empty() && waitingWrites_.empty() && reads_.empty() && writes_.empty();
  }
  [[nodiscard]] std::size_t waiting() const { return waitingReads_.size() + waitingWrites_.size(); }

  /// A clock of the master: what is offered stays until it is taken.
  void step() {
    admit();
    offer();
    const bool ar = top.arvalid_i && top.arready_o, aw = top.awvalid_i && top.awready_o;
    const bool w = top.wvalid_i && top.wready_o, r = top.rvalid_o && top.rready_i;
    const bool b = top.bvalid_o && top.bready_i;
    if (r) takeBeat();
    if (b) takeResponse();
    tick();
    if (ar) addressed(reads_), top.arvalid_i = 0;
    if (aw) addressed(writes_), top.awvalid_i = 0;
    if (w) {
      Burst& burst = *sending();
      if (++burst.sent == burst.beats) ++sentBursts_;
      ++writeBeats;
      top.wvalid_i = 0;
    }
  }
  /// Steps until all is answered.
  void finish(uint64_t limit = 1'000'000) {
    for (const uint64_t end = cycle + limit; !idle();) {
      if (cycle == end) {
        faults.push_back("no answer");
        return;
      }
      step();
    }
  }
  /// Waits for the initialization.
  void settle() {
    const double kept = stall;
    stall = 0;
    read(0, 1);
    finish();
    stall = kept;
  }

  /// Bytes of the chip that differ from what was written.
  uint64_t differences() {
    for (int i = 0; i < 8; ++i) step();  // the last word is on its way when it is answered
    auto& cells = Setup::cells(top);
    uint64_t count = 0;
    for (uint64_t addr = 0, at = 0; addr < kMemory; addr += sizeof cells[0], ++at)
      count += std::memcmp(&expected[addr], &cells[at], sizeof cells[0]) != 0;
    return count;
  }
  /// The first rule that was broken, empty if none was.
  std::string brokenRule() {
    std::string name;
    const std::vector<uint8_t> bytes = portBytes(top.first_name_o, 16);
    for (std::size_t i = 16; i-- > 0;)
      if (bytes[i] != 0) name += static_cast<char>(bytes[i]);
    return name;
  }

  /// A random burst inside 4 KiB; a tenth of them lies outside of the memory where that is asked
  /// for.
  Burst randomBurst(uint64_t window, bool outside) {
    const uint32_t most = std::min<uint32_t>(256, 4096 / kBytes);
    Burst burst;
    burst.beats = static_cast<uint32_t>(dice.between(1, dice.chance(0.4)   ? 4
                                                        : dice.chance(0.7) ? std::min(most, 32U)
                                                                           : most));
    burst.addr = dice.upTo(window / kBytes - 1) * kBytes;
    const uint32_t room = static_cast<uint32_t>((4096 - burst.addr % 4096) / kBytes);
    burst.beats = std::min(burst.beats, room);
    if (dice.chance(0.2)) burst.addr += dice.upTo(kBytes - 1);  // its first beat begins before it
    if (outside && dice.chance(0.1)) burst.addr += kMemory << dice.upTo(31 - Setup::kMemoryLog);
    return burst;
  }

 private:
  std::deque<Burst> waitingReads_, waitingWrites_, reads_, writes_;
  std::size_t sentBursts_ = 0;  ///< of writes_, from the front
  uint64_t readAt_ = 0;         ///< beats of the read in front

  static uint64_t first(const Burst& b) { return b.addr / kBytes * kBytes; }
  static bool outsideOf(const Burst& b) { return b.addr >= kMemory; }
  static bool overlaps(const Burst& a, const std::deque<Burst>& others) {
    for (const Burst& b : others)
      if (first(a) < first(b) + b.beats * kBytes && first(b) < first(a) + a.beats * kBytes)
        return true;
    return false;
  }
  Burst* sending() { return sentBursts_ < writes_.size() ? &writes_[sentBursts_] : nullptr; }
  static Burst* unaddressed(std::deque<Burst>& bursts) {
    for (Burst& b : bursts)
      if (!b.addressed) return &b;
    return nullptr;
  }
  void addressed(std::deque<Burst>& bursts) {
    Burst& b = *unaddressed(bursts);
    b.addressed = true;
    b.issued = cycle;
  }
  bool willing() { return stall == 0 || !dice.chance(stall); }

  void admit() {
    if (!waitingReads_.empty() && reads_.size() < outstanding &&
        !overlaps(waitingReads_.front(), writes_)) {
      reads_.push_back(waitingReads_.front());
      waitingReads_.pop_front();
    }
    if (!waitingWrites_.empty() && writes_.size() < outstanding &&
        !overlaps(waitingWrites_.front(), reads_)) {
      Burst& burst = waitingWrites_.front();
      for (std::size_t i = 0; !outsideOf(burst) && i < burst.data.size(); ++i)
        if (burst.strobes[i] != 0) expected[first(burst) + i] = burst.data[i];
      writes_.push_back(std::move(burst));
      waitingWrites_.pop_front();
    }
  }
  void offer() {
    if (Burst* burst = unaddressed(reads_); !top.arvalid_i && burst != nullptr && willing()) {
      top.arvalid_i = 1;
      top.araddr_i = static_cast<uint32_t>(burst->addr);
      top.arlen_i = static_cast<uint8_t>(burst->beats - 1);
    }
    if (Burst* burst = unaddressed(writes_); !top.awvalid_i && burst != nullptr && willing()) {
      top.awvalid_i = 1;
      top.awaddr_i = static_cast<uint32_t>(burst->addr);
      top.awlen_i = static_cast<uint8_t>(burst->beats - 1);
    }
    if (Burst* burst = sending();
        !top.wvalid_i && burst != nullptr && willing() && (stuck != 2 || writeBeats < 40)) {
      top.wvalid_i = 1;
      top.wlast_i = burst->sent + 1 == burst->beats;
      setPort(top.wdata_i, &burst->data[burst->sent * kBytes], kBytes);
      uint32_t strobes = 0;
      for (uint32_t b = 0; b < kBytes; ++b)
        strobes |= static_cast<uint32_t>(burst->strobes[burst->sent * kBytes + b]) << b;
      top.wstrb_i = static_cast<std::remove_reference_t<decltype(top.wstrb_i)>>(strobes);
    }
    top.rready_i = stuck != 1 && willing();
    top.bready_i = stuck != 3 && willing();
    top.eval();
  }

  void fault(const std::string& text) {
    if (faults.size() < 10) faults.push_back(text + " in cycle " + std::to_string(cycle));
  }
  void takeBeat() {
    if (reads_.empty() || !reads_.front().addressed) return fault("a beat that nobody asked for");
    const Burst& burst = reads_.front();
    const bool outside = outsideOf(burst);
    const bool last = readAt_ + 1 == burst.beats;
    if (top.rresp_o != (outside ? 2 : 0)) fault("wrong read response");
    if (top.rlast_o != last) fault("wrong rlast");
    if (!outside &&
        std::memcmp(&top.rdata_o, &expected[first(burst) + readAt_ * kBytes], kBytes) != 0)
      fault("wrong data");
    if (readBeats++ == 0) firstRead = cycle;
    lastRead = cycle;
    ++readAt_;
    if (!last) return;
    refusedBursts += outside;
    readAt_ = 0;
    reads_.pop_front();
  }
  void takeResponse() {
    if (sentBursts_ == 0 || !writes_.front().addressed) return fault("a response before its data");
    const bool outside = outsideOf(writes_.front());
    if (top.bresp_o != (outside ? 2 : 0)) fault("wrong write response");
    refusedBursts += outside;
    lastResponse = cycle;
    --sentBursts_;
    writes_.pop_front();
  }
};

}  // namespace intformer::test
