// SPDX-License-Identifier: Apache-2.0
// A link with its host's line, device registers and memory around it.
#pragma once

#include <verilated.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "Vlink_128.h"
#include "Vlink_32.h"
#include "Vlink_64.h"
#include "tests/catch.hpp"
#include "tests/soc/link_frames.hpp"
#include "tests/soc/link_line.hpp"
#include "tests/soc/link_memory.hpp"

namespace intformer::test {

// What CMakeLists.txt gives the models.
constexpr uint32_t kClockHz = 50'000'000;
constexpr uint32_t kMemoryBytes = 0x10000;
constexpr uint64_t kPauseClocks = 4096;
constexpr uint64_t kTimeoutClocks = 2048;
struct Link32 : Vlink_32 {
  using Vlink_32::Vlink_32;
  static constexpr uint32_t kBus = 4, kBaud = 3'000'000;
};
struct Link64 : Vlink_64 {
  using Vlink_64::Vlink_64;
  static constexpr uint32_t kBus = 8, kBaud = 12'500'000;
};
struct Link128 : Vlink_128 {
  using Vlink_128::Vlink_128;
  static constexpr uint32_t kBus = 16, kBaud = 25'000'000;
};

/// Device registers behind AXI4-Lite: one access at a time.
class Registers {
 public:
  struct Write {
    uint32_t offset, value;
    bool operator==(const Write& o) const { return offset == o.offset && value == o.value; }
  };
  std::map<uint32_t, uint32_t> values;
  std::vector<Write> writes;
  std::vector<uint32_t> reads;
  uint32_t bad = ~0U;  ///< the offset that is answered with SLVERR
  double stall = 0;
  std::vector<std::string> faults;

  template <typename Top>
  void says(Top& top, Dice& dice) {
    top.m_axil_awready_i = !address_ && !bHeld_ && !dice.chance(stall);
    top.m_axil_wready_i = !data_ && !bHeld_ && !dice.chance(stall);
    top.m_axil_arready_i = !rHeld_ && !dice.chance(stall);
    if (address_ && data_ && !bHeld_ && !dice.chance(stall)) {
      writes.push_back({*address_, *data_});
      badWrite_ = *address_ == bad;
      if (!badWrite_) values[*address_] = *data_;
      address_.reset(), data_.reset();
      bHeld_ = true;
    }
    top.m_axil_bvalid_i = bHeld_;
    top.m_axil_bresp_i = badWrite_ ? kSlaveError : 0;
    top.m_axil_rvalid_i = rHeld_;
    top.m_axil_rresp_i = !reads.empty() && reads.back() == bad ? kSlaveError : 0;
    top.m_axil_rdata_i = reads.empty() ? 0 : values[reads.back()];
  }
  template <typename Top>
  void edge(const Top& top) {
    if (top.m_axil_awvalid_o && top.m_axil_awready_i) address_ = top.m_axil_awaddr_o;
    if (top.m_axil_wvalid_o && top.m_axil_wready_i) {
      data_ = top.m_axil_wdata_o;
      if (top.m_axil_wstrb_o != 15) faults.emplace_back("not a whole register");
    }
    if (bHeld_ && top.m_axil_bready_o) bHeld_ = false;
    if (rHeld_ && top.m_axil_rready_o) rHeld_ = false;
    if (top.m_axil_arvalid_o && top.m_axil_arready_i) {
      reads.push_back(top.m_axil_araddr_o);
      rHeld_ = true;
    }
  }

 private:
  std::optional<uint32_t> address_, data_;
  bool bHeld_ = false, rHeld_ = false, badWrite_ = false;
};

template <typename Top>
class LinkBench {
  VerilatedContext context_;  // outlives the model

 public:
  static constexpr uint32_t kBus = Top::kBus, kBaud = Top::kBaud;
  static constexpr double kClocksPerBit = static_cast<double>(kClockHz) / kBaud;

  Top top{&context_};
  Dice dice;
  AxiMemory memory;
  Registers registers;
  LineSender sender{kClocksPerBit};
  LineReceiver receiver{kClocksPerBit};
  uint64_t cycle = 0;
  uint8_t seq = 0;

  explicit LinkBench(uint32_t seed) : dice(seed), memory(kMemoryBytes, kBus, seed + 1) {
    top.rst_ni = 0;
    tick(4);
    top.rst_ni = 1;
    tick(4);
  }
  ~LinkBench() {
    CHECK(memory.faults == std::vector<std::string>{});
    CHECK(registers.faults == std::vector<std::string>{});
    CHECK(receiver.faults == std::vector<std::string>{});
    top.final();
  }
  LinkBench(const LinkBench&) = delete;
  LinkBench& operator=(const LinkBench&) = delete;

  void rough() { memory.stall = registers.stall = 0.4, memory.latency = 9; }

  void tick(uint64_t cycles = 1) {
    for (; cycles > 0; --cycles, ++cycle) {
      top.clk_i = 0;
      top.uart_rx_i = sender.tick();
      setSlave(top, memory.says());
      registers.says(top, dice);
      top.eval();
      memory.edge(masterOf(top));
      registers.edge(top);
      if (top.rst_ni) receiver.tick(top.uart_tx_o != 0);
      top.clk_i = 1;
      top.eval();
    }
  }

  /// Runs until all is sent and, after that, nothing has come for a frame's longest pause.
  Bytes settle() {
    while (!sender.idle()) tick();
    for (uint64_t quiet = 0; quiet < kPauseClocks + 64; ++quiet) {
      const std::size_t had = receiver.bytes.size();
      tick();
      if (receiver.bytes.size() != had || !receiver.idle() || !memory.idle()) quiet = 0;
    }
    return std::exchange(receiver.bytes, {});
  }

  /// The answer to bytes that have been given to the sender: it must come, and alone.
  Answer answer() {
    const uint64_t limit = cycle + 4'000'000;
    while (receiver.bytes.size() < answerSize(receiver.bytes) && cycle < limit) tick();
    const auto parsed = parseAnswer(std::exchange(receiver.bytes, {}));
    REQUIRE(parsed);
    return *parsed;
  }
  Answer ask(const Request& request) {
    sender.send(request.frame());
    Answer got = answer();
    CHECK(got.op == (request.op & 15));
    CHECK(got.seq == request.seq);
    return got;
  }
  Answer ask(uint8_t op, uint32_t address, uint32_t count, Bytes payload = {}) {
    return ask({op, ++seq, address, count, std::move(payload)});
  }
  /// The link is ready for a request.
  void checkAlive() {
    const Answer got = ask(kIdentify, 0, 0);
    CHECK(got.status == kDone);
    CHECK(got.payload.size() == 32);
  }
};

}  // namespace intformer::test
