#include <memory>
#include <stdexcept>
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
namespace {

constexpr uint64_t kProgram = 0x0, kInput = 0x2000, kOutput = 0x4000, kEnd = 0x6000;
constexpr uint32_t kDim = 4;
constexpr uint32_t kTinyWindows = 2;

uint32_t offsetOf(std::string_view name) {
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
    for (int i = 0; i < 20; ++i) {
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

Command transfer(Opcode opcode, uint64_t address, uint32_t scratch, uint32_t words) {
  return Command(opcode).set(Field::MemoryAddr, static_cast<int64_t>(address))
      .set(Field::ScratchAddr, scratch)
      .set(Field::ChunkWords, words).set(Field::Chunks, 1);
}

using Tiny4 = TopBench<Vtop_tiny4>;
using Narrow = TopBench<Vtop_narrow>;  // all buffers and bursts as small as they may be
using Wide = TopBench<Vtop_wide>;      // a beat holds 16 words

/// Copies the input to the output, in pieces through different places of the scratchpad.
std::vector<Command> copyProgram(uint32_t pieces, uint32_t words) {
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

template <typename Bench>
void checkCopy(Bench& bench, uint32_t bytes) {
  CHECK(bench.axi.violation().empty());
  CHECK(bench.get("status") == (status::kDone | status::kInterrupt));
  CHECK(bench.get("error_code") == 0);
  CHECK(std::memcmp(bench.memory.data() + kOutput, bench.memory.data() + kInput, bytes) == 0);
}

TEMPLATE_TEST_CASE("the device copies memory and counts what it did", "[rtl]", Tiny4, Narrow,
    Wide) {
  for (const double stall : {0.0, 0.4}) {
    TestType bench(1, stall);
    const auto program = copyProgram(20, 25);
    bench.place(program);
    bench.start();
    CHECK((bench.get("status") & status::kBusy) != 0);
    bench.start();  // ignored
    bench.wait();
    checkCopy(bench, 20 * 25 * kDim);
    CHECK(bench.count("commands") == program.size());
    // Whole beats: those at both ends of a transfer may be partly for others.
    const uint64_t needed = 20 * 25 * kDim + 64 * program.size();
    CHECK(bench.count("read_bytes") >= needed);
    CHECK(bench.count("read_bytes") <= needed + 20 * 2 * (bench.axi.kBusBytes - kDim));
    CHECK(bench.count("write_bytes") == 20 * 25 * kDim);
    CHECK(bench.count("cycles") > bench.count("load_busy"));
    CHECK(bench.count("store_wait") > 0);
    CHECK(bench.count("matmul_busy") == 0);
    bench.set("interrupt_clear", 1);
    CHECK(bench.top.interrupt_o == 0);

    std::fill_n(bench.memory.begin() + kOutput, 2000, uint8_t{0});  // and once more
    bench.start();
    bench.wait();
    checkCopy(bench, 20 * 25 * kDim);
    CHECK(bench.count("commands") == program.size());
  }
}

TEMPLATE_TEST_CASE("a soft reset at any moment leaves a quiet bus and a device that works", "[rtl]",
    Tiny4, Narrow, Wide) {
  TestType bench(2, 0.2);
  for (uint32_t when = 0; when < 700; when += 23) {
    CAPTURE(when);
    bench.place(copyProgram(20, 25));
    bench.start();
    for (uint32_t i = 0; i < when; ++i) bench.tick();
    bench.softReset();
    CHECK(bench.get("status") == 0);
    CHECK(bench.axi.pending() ==
          "memory: 0 fetch and 0 load bursts unfinished, 0 write bursts without all data, "
          "0 write responses unanswered");
    std::fill_n(bench.memory.begin() + kOutput, 2000, uint8_t{0});
    bench.place(copyProgram(5, 40));
    bench.start();
    bench.wait();
    checkCopy(bench, 5 * 40 * kDim);
    bench.set("interrupt_clear", 1);
  }
}

struct Fault {
  std::string name;
  Command command;
  ErrorCode code;
  uint64_t addr;
};

TEMPLATE_TEST_CASE("the device stops at a bad command, names it, and runs after a soft reset",
    "[rtl]", Tiny4, Narrow, Wide) {
  Command matmul(Opcode::Matmul);
  matmul.set(Field::MatmulRows, 4).set(Field::Depth, 4).set(Field::Cols, 4)
      .set(Field::AAddr, 0x10000);
  const std::vector<Fault> faults = {
      {"load window", transfer(Opcode::Load, kEnd - 8, 0, 3), ErrorCode::ReadWindow, kEnd},
      {"store window", transfer(Opcode::Store, kOutput - 4, 0, 1), ErrorCode::WriteWindow,
          kOutput - 4},
      {"opcode", Command().set(Field::Opcode, 0x77), ErrorCode::IllegalOpcode, 0},
      {"field", transfer(Opcode::Load, kInput, 0, 0), ErrorCode::IllegalField, 0},
      {"scratchpad, load", transfer(Opcode::Load, kInput, 8190, 3), ErrorCode::ScratchRange, 8192},
      {"scratchpad, store", transfer(Opcode::Store, kOutput, 8190, 3), ErrorCode::ScratchRange,
          8192},
      {"scratchpad, matmul", matmul, ErrorCode::ScratchRange, 0},
      {"tokens", transfer(Opcode::Load, kInput, 0, 1).addWait(Queue::Vector),
          ErrorCode::TokenDeadlock, 0},
  };
  TestType bench(3, 0.2);
  for (const Fault& fault : faults) {
    CAPTURE(fault.name);
    auto program = copyProgram(4, 25);
    program.insert(program.begin() + 4, fault.command);
    bench.place(program);
    bench.start();
    bench.wait();
    CHECK(bench.get("status") == (status::kError | status::kInterrupt));
    CHECK(bench.get("error_code") == static_cast<uint32_t>(fault.code));
    CHECK(bench.get("error_command") == 4);
    if (fault.code != ErrorCode::IllegalField && fault.name != "scratchpad, matmul")
      CHECK(bench.get("error_addr_low") == fault.addr);
    CHECK(bench.axi.violation().empty());
    bench.start();  // ignored after an error
    for (int i = 0; i < 300; ++i) bench.tick();
    CHECK((bench.get("status") & status::kError) != 0);
    bench.softReset();
    CHECK(bench.get("status") == 0);
    CHECK(bench.get("error_code") == 0);
    CHECK(bench.top.interrupt_o == 0);
    std::fill_n(bench.memory.begin() + kOutput, 2000, uint8_t{0});
    bench.place(copyProgram(5, 40));
    bench.start();
    bench.wait();
    checkCopy(bench, 5 * 40 * kDim);
    bench.set("interrupt_clear", 1);
  }
}

TEMPLATE_TEST_CASE("the device reports error responses of load, store and fetch", "[rtl]", Tiny4,
    Narrow, Wide) {
  struct Bus {
    uint64_t addr;
    bool reads;
    ErrorCode code;
    uint32_t command;
  };
  for (const Bus& bus : {Bus{kInput + 270, true, ErrorCode::ReadBus, 4},
      Bus{kOutput + 110, false, ErrorCode::WriteBus, 3},
                         Bus{kProgram + 64 * 6, true, ErrorCode::FetchBus, 6}}) {
    TestType bench(4, 0.2);
    bench.place(copyProgram(12, 25));
    bench.axi.storage.errorBase = bus.addr, bench.axi.storage.errorEnd = bus.addr + 1;
    bench.axi.storage.errorOnReads = bus.reads, bench.axi.storage.errorOnWrites = !bus.reads;
    bench.start();
    bench.wait();
    CHECK(bench.get("status") == (status::kError | status::kInterrupt));
    CHECK(bench.get("error_code") == static_cast<uint32_t>(bus.code));
    // The memory answers for whole bursts; one of fetch begins with an earlier command.
    const bool fetch = bus.code == ErrorCode::FetchBus;
    CHECK(bench.get("error_command") <= bus.command);
    CHECK(bench.get("error_command") + (fetch ? 8 : 0) >= bus.command);
    CHECK(bench.get("error_addr_low") <= bus.addr);
    CHECK(bench.get("error_addr_low") + (fetch ? 512 : 128) > bus.addr);
    CHECK(bench.axi.violation().empty());
    bench.axi.storage.errorBase = bench.axi.storage.errorEnd = 0;
    bench.softReset();
    bench.start();
    bench.wait();
    checkCopy(bench, 12 * 25 * kDim);
  }
}

TEMPLATE_TEST_CASE("a long program of small commands is fetched ahead", "[rtl]", Tiny4, Narrow,
    Wide) {
  TestType bench(5);
  std::vector<Command> program;
  for (uint32_t i = 0; i < 100; ++i)
    program.push_back(Command(Opcode::RowMax).set(Field::Rows, 16).set(Field::Panels, 1)
        .set(Field::StatsInit, 1));
  program.emplace_back(Opcode::End);
  bench.place(program);
  bench.start();
  bench.wait();
  CHECK(bench.get("status") == (status::kDone | status::kInterrupt));
  CHECK(bench.ended.size() == 100);
}

}  // namespace
}  // namespace intformer::test
