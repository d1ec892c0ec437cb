#pragma once

#include <array>
#include <deque>
#include <string>

#include "tests/rtl_system/bench.hpp"

namespace intformer::test {

/// store_unit between a scratchpad and an AXI write memory that may take data before their address.
template <typename Model, uint32_t Dim, uint32_t Bus, uint32_t Outstanding = 4>
class StoreBench : public DmaBench<Model> {
 public:
  using Base = DmaBench<Model>;
  using Base::cycle, Base::memory, Base::top, Base::withheld;
  static constexpr uint32_t kDim = Dim, kBus = Bus, kMaxBeats = 16, kPermission = 2;

  std::vector<std::vector<uint8_t>> scratch =
      std::vector<std::vector<uint8_t>>(kScratchWords, std::vector<uint8_t>(Dim));
  std::deque<Transfer> commands;
  uint64_t requests = 0, wordEvents = 0, bursts = 0;
  uint64_t errorFrom = 0, errorTo = 0;  ///< addresses that answer errorResponse
  uint32_t errorResponse = 2;           ///< 2 SLVERR, 3 DECERR

  explicit StoreBench(uint32_t seed) : Base(seed) {
    for (auto& word : scratch)
      for (auto& b : word) b = static_cast<uint8_t>(this->dice.upTo(255));
    this->openWindow(kPermission);
    this->reset();
  }

  void step() {
    const bool offer = !commands.empty() && !withheld();
    if (offer) drive(top, Opcode::Store, commands.front());
    top.command_valid_i = offer;
    top.aw_ready_i = !withheld();
    top.w_ready_i = !withheld();
    top.read_req_ready_i = !withheld();
    // Exactly two cycles from grant to data.
    top.read_rsp_valid_i = pipe_[1].valid;
    setPort(top.read_rsp_data_i, pipe_[1].data.data(), Dim);
    pipe_[1] = pipe_[0];
    pipe_[0].valid = false;
    if (!responseHeld_) {
      responseHeld_ = !responses_.empty() && responses_.front().ready <= cycle && !withheld();
      if (responseHeld_) top.b_resp_i = static_cast<uint8_t>(responses_.front().bad ? errorResponse : 0);
    }
    top.b_valid_i = responseHeld_;
    top.clk_i = 0, top.eval();

    if (offer && top.command_ready_o) commands.pop_front();
    if (top.read_req_valid_o && top.read_req_ready_i)
      pipe_[0] = {true, scratch.at(top.read_req_addr_o)};
    wordEvents += top.word_event_o;
    if (responseHeld_ && top.b_ready_o) {
      responses_.pop_front();
      responseHeld_ = false;
    }
    if (top.aw_valid_o && top.aw_ready_i) {
      ++requests;
      const Request request = readRequest(top.aw_o);
      this->checkRequest(request.addr, request.beats, Bus, kMaxBeats);
      addresses_.push_back({request.addr, request.beats});
    }
    if (top.w_valid_o && top.w_ready_i) {  // axi_write_t: data, lowest, strobes, the end of the burst
      Beat beat{portBytes(top.w_o, Bus), std::vector<bool>(Bus), bitOf(top.w_o, Bus * 9)};
      for (uint32_t i = 0; i < Bus; ++i) beat.strobe[i] = bitOf(top.w_o, Bus * 8 + i);
      beats_.push_back(beat);
    }
    if (addresses_.size() + responses_.size() > Outstanding)
      this->faults.push_back("too many bursts outstanding");
    match();
    this->noteOutcome();
    top.clk_i = 1, top.eval();
    ++cycle;
  }

  /// Every burst requested has all its data and its response.
  [[nodiscard]] bool quiet() const {
    return addresses_.empty() && beats_.empty() && responses_.empty() && !responseHeld_;
  }

 private:
  struct Address {
    uint64_t addr;
    uint32_t beats;
    bool bad = false;
  };
  struct Beat {
    std::vector<uint8_t> data;
    std::vector<bool> strobe;
    bool last;
  };
  struct Response {
    uint64_t ready;
    bool bad;
  };
  struct Read {
    bool valid = false;
    std::vector<uint8_t> data = std::vector<uint8_t>(Dim);
  };

  void match() {
    while (!addresses_.empty() && !beats_.empty()) {
      Address& a = addresses_.front();
      const Beat beat = beats_.front();
      beats_.pop_front();
      if (beat.last != (a.beats == 1)) this->faults.push_back("last beat in the wrong place");
      for (uint32_t i = 0; i < Bus; ++i) {
        if (!beat.strobe[i]) continue;
        if (a.addr + i < this->windowBase || a.addr + i >= this->windowEnd)
          this->faults.push_back("byte written outside the window");
        else
          memory[a.addr + i - kMemoryBase] = beat.data[i];
      }
      a.bad |= a.addr + Bus > errorFrom && a.addr < errorTo;
      a.addr += Bus;
      if (--a.beats == 0) {
        responses_.push_back({cycle + this->latency(), a.bad});
        addresses_.pop_front();
        ++bursts;
      }
    }
  }

  std::array<Read, 2> pipe_{};
  std::deque<Address> addresses_;
  std::deque<Beat> beats_;
  std::deque<Response> responses_;
  bool responseHeld_ = false;
};

}  // namespace intformer::test
