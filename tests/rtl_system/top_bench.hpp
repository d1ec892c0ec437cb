#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "Vtop_narrow.h"
#include "Vtop_tiny4.h"
#include "Vtop_wide.h"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "tb/axi_memory.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {

constexpr uint64_t kProgram = 0x0, kInput = 0x2000, kOutput = 0x4000, kEnd = 0x6000;
constexpr uint32_t kDim = 4;
constexpr uint32_t kTinyWindows = 2;

inline uint32_t offsetOf(std::string_view name) {
  for (const auto& reg : registerMap(kTinyWindows))
    if (reg.name == name) return reg.offset;
  throw std::logic_error("no such register");
}

/// The whole device between a host and a memory; no model but what the test expects.
template <typename Model>
class TopBench {
  VerilatedContext context_;

 public:
  Model top{&context_};
  tb::AxiMemory<Model> axi{top};
  Dice dice;
  std::vector<uint8_t> memory = std::vector<uint8_t>(kEnd + 4096);
  uint64_t cycle = 0;
  std::vector<uint32_t> started, ended;

  explicit TopBench(uint32_t seed, double stall = 0) : dice(seed) {
    for (auto& b : memory) b = static_cast<uint8_t>(dice.upTo(255));
    axi.storage.size = memory.size();
    axi.storage.bytes = memory.data();
    axi.setTiming({20, 20, 1.0, stall, seed, 8});
    top.rst_ni = 0;
    axi.clear();
    for (int i = 0; i < 4; ++i) tick();
    top.rst_ni = 1;
    openWindows();
  }
  ~TopBench() { top.final(); }

  void openWindows() {
    set("window0_base_low", 0), set("window0_end_low", kOutput), set("window0_permissions", 1);
    set("window1_base_low", kOutput), set("window1_end_low", kEnd), set("window1_permissions", 3);
    set("interrupt_enable", 1);
  }

  void tick() {
    top.clk_i = 0, top.eval();
    if (top.rst_ni) axi.sample(cycle);
    for (uint32_t q = 0; q < 4; ++q) {
      if (top.event_start_o >> q & 1) started.push_back(top.event_start_index_o[q]);
      if (top.event_done_o >> q & 1) ended.push_back(top.event_done_index_o[q]);
    }
    top.clk_i = 1, top.eval();
    ++cycle;
    if (top.rst_ni) axi.drive(cycle);
  }

  void set(std::string_view name, uint32_t value) {
    top.s_axil_awaddr_i = static_cast<uint16_t>(offsetOf(name));
    top.s_axil_wdata_i = value;
    top.s_axil_wstrb_i = 15;
    top.s_axil_awvalid_i = top.s_axil_wvalid_i = top.s_axil_bready_i = 1;
    tick();
    top.s_axil_awvalid_i = top.s_axil_wvalid_i = 0;
    for (int i = 0; i < 3; ++i) tick();
  }
  uint32_t get(std::string_view name) {
    top.s_axil_araddr_i = static_cast<uint16_t>(offsetOf(name));
    top.s_axil_arvalid_i = top.s_axil_rready_i = 1;
    tick();
    top.s_axil_arvalid_i = 0;
    for (int i = 0; i < 100; ++i) {  // a counter answers when its turn has come
      top.clk_i = 0, top.eval();
      const bool valid = top.s_axil_rvalid_o;
      const uint32_t data = top.s_axil_rdata_o;
      tick();
      if (valid) return data;
    }
    throw std::runtime_error("no register answer");
  }
  uint64_t count(const std::string& name) { return get("count_" + name + "_low"); }

  void place(const std::vector<Command>& commands) {
    for (std::size_t i = 0; i < commands.size(); ++i)
      std::memcpy(memory.data() + kProgram + i * kCommandBytes, commands[i].words().data(),
          kCommandBytes);
    set("program_addr_low", kProgram);
    set("program_commands", static_cast<uint32_t>(commands.size()));
  }
  void start() {
    started.clear(), ended.clear();
    set("control", control::kStart);
  }
  void wait() {
    for (int budget = 50000; !top.interrupt_o; tick())
      if (budget-- == 0) FAIL("no interrupt after 50000 cycles");
  }
  void softReset() {
    set("control", control::kSoftReset);
    for (int budget = 5000; (get("status") & status::kBusy) != 0;)
      if (budget-- == 0) FAIL("busy after a soft reset");
  }
};

inline Command transfer(Opcode opcode, uint64_t address, uint32_t scratch, uint32_t words) {
  return Command(opcode).set(Field::MemoryAddr, static_cast<int64_t>(address))
      .set(Field::ScratchAddr, scratch)
      .set(Field::ChunkWords, words).set(Field::Chunks, 1);
}

using Tiny4 = TopBench<Vtop_tiny4>;
using Narrow = TopBench<Vtop_narrow>;  // all buffers and bursts as small as they may be
using Wide = TopBench<Vtop_wide>;      // a beat holds 16 words

/// Copies the input to the output, in pieces through different places of the scratchpad.
inline std::vector<Command> copyProgram(uint32_t pieces, uint32_t words) {
  std::vector<Command> program;
  for (uint32_t i = 0; i < pieces; ++i) {
    const uint64_t at = uint64_t{i} * words * kDim;
    program.push_back(transfer(Opcode::Load, kInput + at, i * words, words)
        .addSignal(Queue::Store));
    program.push_back(transfer(Opcode::Store, kOutput + at, i * words, words).addWait(Queue::Load));
  }
  program.emplace_back(Opcode::End);
  return program;
}

/// The output is the input; nothing was wrong on the bus.
template <typename Bench>
void checkCopied(Bench& bench, uint32_t bytes) {
  CHECK(bench.axi.violation().empty());
  CHECK(bench.get("error_code") == 0);
  CHECK(std::memcmp(bench.memory.data() + kOutput, bench.memory.data() + kInput, bytes) == 0);
}
template <typename Bench>
void checkCopy(Bench& bench, uint32_t bytes) {
  CHECK(bench.get("status") == (status::kDone | status::kInterrupt));
  checkCopied(bench, bytes);
}

}  // namespace intformer::test
