// SPDX-License-Identifier: Apache-2.0
// A memory behind AXI4, and what is said on its pins in a cycle.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "tests/soc/link_dice.hpp"

namespace intformer::test {

constexpr std::size_t kMostBusBytes = 16;
using Beat = std::array<uint8_t, kMostBusBytes>;

/// A port of up to 16 bytes, an integer or an array of words.
template <typename Port>
Beat beatOf(const Port& port) {
  Beat beat{};
  std::memcpy(beat.data(), &port, std::min(sizeof port, beat.size()));
  return beat;
}
template <typename Port>
void setBeat(Port& port, const Beat& beat) {
  std::memcpy(&port, beat.data(), std::min(sizeof port, beat.size()));
}

/// What a master says in a cycle.
struct AxiMaster {
  bool arValid = false;
  uint64_t arAddr = 0;
  uint32_t arLength = 0;  ///< beats minus 1, as on the pins
  bool rReady = false;
  bool awValid = false;
  uint64_t awAddr = 0;
  uint32_t awLength = 0;
  bool wValid = false;
  Beat wData{};
  uint32_t wStrobe = 0;
  bool wLast = false;
  bool bReady = false;
};

/// What a slave says in a cycle.
struct AxiSlave {
  bool arReady = false;
  bool rValid = false;
  Beat rData{};
  uint32_t rResponse = 0;
  bool rLast = false;
  bool awReady = false;
  bool wReady = false;
  bool bValid = false;
  uint32_t bResponse = 0;
};
constexpr uint32_t kSlaveError = 2;

/// Copies pins of a model whose ports are m_axi_*.
template <typename Top>
AxiMaster masterOf(const Top& top) {
  return {top.m_axi_arvalid_o != 0, top.m_axi_araddr_o,       top.m_axi_arlen_o,
          top.m_axi_rready_o != 0,  top.m_axi_awvalid_o != 0, top.m_axi_awaddr_o,
          top.m_axi_awlen_o,        top.m_axi_wvalid_o != 0,  beatOf(top.m_axi_wdata_o),
          top.m_axi_wstrb_o,        top.m_axi_wlast_o != 0,   top.m_axi_bready_o != 0};
}
template <typename Top>
void setSlave(Top& top, const AxiSlave& says) {
  top.m_axi_arready_i = says.arReady;
  top.m_axi_rvalid_i = says.rValid;
  setBeat(top.m_axi_rdata_i, says.rData);
  top.m_axi_rresp_i = says.rResponse;
  top.m_axi_rlast_i = says.rLast;
  top.m_axi_awready_i = says.awReady;
  top.m_axi_wready_i = says.wReady;
  top.m_axi_bvalid_i = says.bValid;
  top.m_axi_bresp_i = says.bResponse;
}

/// Answers in order, reads and writes apart, with stalls and latency by dice.
class AxiMemory {
 public:
  std::vector<uint8_t> bytes;
  double stall = 0;      ///< probability that a ready or a new valid is withheld in a cycle
  uint64_t latency = 0;  ///< cycles from a request to its first answer, at least
  uint64_t badFirst = 0, badEnd = 0;  ///< addresses that are answered with SLVERR
  std::vector<std::string> faults;    ///< broken rules of the bus
  uint64_t beatsRead = 0, beatsWritten = 0;
  uint64_t firstRequest = 0, lastBeat = 0;  ///< cycles of reads since beatsRead was 0

  AxiMemory(std::size_t size, std::size_t busBytes, uint32_t seed)
      : bytes(size), busBytes_(busBytes), dice_(seed) {
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(dice_.upTo(255));
  }

  /// What the slave says now; a valid stays until it is taken.
  AxiSlave says() {
    AxiSlave out;
    out.arReady = !dice_.chance(stall);
    out.awReady = !dice_.chance(stall);
    out.wReady = !writes_.empty() && !dice_.chance(stall);
    if (!reads_.empty() && cycle_ >= reads_.front().due && !rHeld_) rHeld_ = !dice_.chance(stall);
    if (rHeld_) {
      const Burst& burst = reads_.front();
      out.rValid = true;
      out.rLast = burst.done + 1 == burst.beats;
      out.rResponse = bad(beatAddress(burst)) ? kSlaveError : 0;
      std::memcpy(out.rData.data(), &bytes.at(beatAddress(burst)), busBytes_);
    }
    if (!answers_.empty() && cycle_ >= answers_.front().due && !bHeld_)
      bHeld_ = !dice_.chance(stall);
    out.bValid = bHeld_;
    out.bResponse = bHeld_ && answers_.front().bad ? kSlaveError : 0;
    said_ = out;
    return out;
  }

  /// The clock's edge, at which this is what the master says.
  void edge(const AxiMaster& master) {
    held(master);
    if (said_.arReady && master.arValid) {
      if (beatsRead == 0 && reads_.empty()) firstRequest = cycle_;
      request(reads_, master.arAddr, master.arLength);
    }
    if (rHeld_ && master.rReady) {
      rHeld_ = false;
      ++beatsRead;
      lastBeat = cycle_;
      if (++reads_.front().done == reads_.front().beats) reads_.pop_front();
    }
    if (said_.wReady && master.wValid) write(master);
    if (said_.awReady && master.awValid) request(writes_, master.awAddr, master.awLength);
    if (bHeld_ && master.bReady) {
      bHeld_ = false;
      answers_.pop_front();
    }
    ++cycle_;
  }
  [[nodiscard]] bool idle() const { return reads_.empty() && writes_.empty() && answers_.empty(); }
  [[nodiscard]] std::size_t readsWaiting() const { return reads_.size(); }

 private:
  struct Burst {
    uint64_t address = 0;
    uint32_t beats = 0, done = 0;
    uint64_t due = 0;
    bool bad = false;
  };

  [[nodiscard]] uint64_t beatAddress(const Burst& burst) const {
    return burst.address + burst.done * busBytes_;
  }
  [[nodiscard]] bool bad(uint64_t address) const { return address >= badFirst && address < badEnd; }

  void request(std::deque<Burst>& queue, uint64_t address, uint32_t length) {
    const uint64_t end = address + (length + 1) * busBytes_;
    if (address % busBytes_ != 0) faults.emplace_back("unaligned request");
    if (address / 4096 != (end - 1) / 4096) faults.emplace_back("burst crosses 4 KiB");
    if (end > bytes.size()) {
      faults.emplace_back("request outside of memory");
      return;
    }
    queue.push_back({address, length + 1, 0, cycle_ + 1 + latency, false});
  }

  void write(const AxiMaster& master) {
    Burst& burst = writes_.front();
    const uint64_t address = beatAddress(burst);
    burst.bad |= bad(address);
    for (std::size_t i = 0; i < busBytes_ && !bad(address); ++i)
      if ((master.wStrobe >> i & 1) != 0) bytes.at(address + i) = master.wData.at(i);
    ++beatsWritten;
    const bool last = ++burst.done == burst.beats;
    if (last != master.wLast) faults.emplace_back("wlast is not where the burst ends");
    if (!last) return;
    answers_.push_back({0, 0, 0, cycle_ + 1 + latency, burst.bad});
    writes_.pop_front();
  }

  /// What was offered and not taken in the cycle before must be offered again.
  void held(const AxiMaster& now) {
    if (arWaits_ &&
        (!now.arValid || now.arAddr != before_.arAddr || now.arLength != before_.arLength))
      faults.emplace_back("read address withdrawn");
    if (awWaits_ &&
        (!now.awValid || now.awAddr != before_.awAddr || now.awLength != before_.awLength))
      faults.emplace_back("write address withdrawn");
    if (wWaits_ && (!now.wValid || now.wData != before_.wData || now.wStrobe != before_.wStrobe ||
                    now.wLast != before_.wLast))
      faults.emplace_back("write data withdrawn");
    arWaits_ = now.arValid && !said_.arReady;
    awWaits_ = now.awValid && !said_.awReady;
    wWaits_ = now.wValid && !said_.wReady;
    before_ = now;
  }

  std::size_t busBytes_;
  Dice dice_;
  uint64_t cycle_ = 0;
  std::deque<Burst> reads_, writes_, answers_;
  bool rHeld_ = false, bHeld_ = false;
  AxiSlave said_;
  AxiMaster before_;
  bool arWaits_ = false, awWaits_ = false, wWaits_ = false;
};

}  // namespace intformer::test
