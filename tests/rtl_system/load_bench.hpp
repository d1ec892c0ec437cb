#pragma once

#include <deque>
#include <string>

#include "tests/rtl_system/bench.hpp"

namespace intformer::test {

/// dma_load between an AXI read memory and a scratchpad.
template <typename Model, uint32_t Dim, uint32_t Bus, uint32_t Outstanding = 4>
class LoadBench : public DmaBench<Model> {
 public:
  using Base = DmaBench<Model>;
  using Base::cycle, Base::memory, Base::top, Base::withheld;
  static constexpr uint32_t kDim = Dim, kBus = Bus, kMaxBeats = 16;

  std::vector<std::vector<uint8_t>> scratch =
      std::vector<std::vector<uint8_t>>(kScratchWords, std::vector<uint8_t>(Dim));
  std::deque<Transfer> commands;
  uint64_t wordsWritten = 0, requests = 0;
  uint64_t errorFrom = 0, errorTo = 0;  ///< addresses that answer SLVERR

  explicit LoadBench(uint32_t seed) : Base(seed) {
    this->openWindow(1);
    this->reset();
  }

  void step() {
    const bool offer = !commands.empty() && !withheld();
    if (offer) drive(top, commands.front());
    top.command_valid_i = offer;
    top.ar_ready_i = !withheld();
    if (!held_) {
      held_ = !bursts_.empty() && bursts_.front().ready <= cycle && !withheld();
      if (held_) present();
    }
    top.r_valid_i = held_;
    top.write_ready_i = !withheld();
    top.clk_i = 0, top.eval();

    if (offer && top.command_ready_o) commands.pop_front();
    if (top.ar_valid_o && top.ar_ready_i) {
      ++requests;
      this->checkRequest(top.ar_addr_o, top.ar_length_o + 1U, Bus, kMaxBeats);
      bursts_.push_back({top.ar_addr_o, top.ar_length_o + 1U, cycle + this->latency()});
      if (bursts_.size() > Outstanding) this->faults.push_back("too many bursts outstanding");
    }
    if (held_ && top.r_ready_o) {
      held_ = false;
      Burst& burst = bursts_.front();
      burst.addr += Bus;
      if (--burst.beats == 0) bursts_.pop_front();
    }
    if (top.write_valid_o && top.write_ready_i) {
      scratch.at(top.write_addr_o) = portBytes(top.write_data_o, Dim);
      ++wordsWritten;
    }
    this->noteOutcome();
    top.clk_i = 1, top.eval();
    ++cycle;
  }

  [[nodiscard]] bool quiet() const { return bursts_.empty() && !held_; }

 private:
  struct Burst {
    uint64_t addr;
    uint32_t beats;
    uint64_t ready;
  };

  void present() {
    const Burst& burst = bursts_.front();
    std::vector<uint8_t> beat(Bus, 0xEE);
    if (burst.addr >= kMemoryBase && burst.addr + Bus <= kMemoryBase + kMemoryBytes)
      std::memcpy(beat.data(), memory.data() + (burst.addr - kMemoryBase), Bus);
    setPort(top.r_data_i, beat.data(), Bus);
    top.r_resp_i = burst.addr + Bus > errorFrom && burst.addr < errorTo ? 2 : 0;
    top.r_last_i = burst.beats == 1;
  }

  std::deque<Burst> bursts_;
  bool held_ = false;
};

}  // namespace intformer::test
