#pragma once

#include <deque>
#include <string>

#include "tests/rtl_system/bench.hpp"
#include "tests/rtl_system/read_bursts.hpp"

namespace intformer::test {

/// load_unit between an AXI read memory and a scratchpad.
template <typename Model, uint32_t Dim, uint32_t Bus, uint32_t Outstanding = 4>
class LoadBench : public DmaBench<Model> {
 public:
  using Base = DmaBench<Model>;
  using Base::cycle, Base::memory, Base::top, Base::withheld;
  static constexpr uint32_t kDim = Dim, kBus = Bus, kMaxBeats = 16, kPermission = 1;

  std::vector<std::vector<uint8_t>> scratch =
      std::vector<std::vector<uint8_t>>(kScratchWords, std::vector<uint8_t>(Dim));
  std::deque<Transfer> commands;
  uint64_t wordsWritten = 0, requests = 0;
  uint64_t errorFrom = 0, errorTo = 0;  ///< addresses that answer errorResponse
  uint32_t errorResponse = 2;           ///< 2 SLVERR, 3 DECERR

  explicit LoadBench(uint32_t seed) : Base(seed) {
    this->openWindow(kPermission);
    this->reset();
  }

  void step() {
    const bool offer = !commands.empty() && !withheld();
    if (offer) {
      const Transfer& t = commands.front();
      drive(top, t.listLimit != 0 ? Opcode::Gather : Opcode::Load, t);
    }
    top.command_valid_i = offer;
    top.ar_ready_i = !withheld();
    const bool offered = bursts_.offer(cycle, [this] { return !withheld(); });
    if (offered) present();
    top.r_valid_i = offered;
    top.write_ready_i = !withheld();
    top.clk_i = 0, top.eval();

    if (offer && top.command_ready_o) commands.pop_front();
    if (top.ar_valid_o && top.ar_ready_i) {
      ++requests;
      const Request request = readRequest(top.ar_o);
      this->checkRequest(request.addr, request.beats, Bus, kMaxBeats);
      bursts_.take(request.addr, request.beats, cycle + this->latency());
      if (bursts_.outstanding() > Outstanding) this->faults.push_back("too many bursts outstanding");
    }
    if (offered && top.r_ready_o) bursts_.advance(Bus);
    if (top.write_valid_o && top.write_ready_i) {
      scratch.at(top.write_addr_o) = portBytes(top.write_data_o, Dim);
      ++wordsWritten;
    }
    this->noteOutcome();
    top.clk_i = 1, top.eval();
    ++cycle;
  }

  /// A random gather from the second half of the memory; its list is put at a place of its own in the
  /// first half.
  Transfer randomGather(uint32_t number) {
    Transfer t;
    t.chunks = static_cast<uint16_t>(this->dice.between(1, this->dice.chance(0.3) ? 64 : 9));
    t.chunkWords = static_cast<uint32_t>(this->dice.between(1, 12));
    t.memoryStride = static_cast<uint32_t>(64 * this->dice.between(0, 5));
    const bool byColumn = this->dice.chance(0.5);
    t.scratchStride = byColumn ? 1 : t.chunkWords;
    t.wordStride = byColumn ? t.chunks : 1;
    t.scratchAddr = static_cast<uint32_t>(this->dice.upTo(kScratchWords - t.words()));
    t.memoryAddr = kMemoryBase + kMemoryBytes / 2 + this->dice.upTo(500) * Dim;
    t.listLimit = static_cast<uint32_t>(this->dice.between(1, 40));
    t.listAddr = kMemoryBase + (number * 260 + 4 * this->dice.upTo(1)) % 0x4000;
    for (uint32_t row = 0; row < t.chunks; ++row) {
      t.list.push_back(static_cast<uint32_t>(this->dice.upTo(t.listLimit - 1)));
      putListed(t, row, t.list.back());
    }
    return t;
  }
  /// Changes a number of a list in memory.
  void putListed(const Transfer& t, uint32_t row, uint32_t value) {
    std::memcpy(&memory[t.listAddr - kMemoryBase + 4 * row], &value, 4);
  }

  [[nodiscard]] bool quiet() const { return bursts_.quiet(); }

 private:
  void present() {
    const uint64_t addr = bursts_.addr();
    std::vector<uint8_t> beat(Bus, 0xEE);
    if (addr >= kMemoryBase && addr + Bus <= kMemoryBase + kMemoryBytes)
      std::memcpy(beat.data(), memory.data() + (addr - kMemoryBase), Bus);
    const bool bad = addr + Bus > errorFrom && addr < errorTo;
    setReadBeat(top.r_i, beat.data(), Bus, bad ? errorResponse : 0, bursts_.last());
  }

  ReadBursts bursts_;
};

}  // namespace intformer::test
