#include "tests/rtl_system/top_bench.hpp"

namespace intformer::test {
namespace {

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
  const auto matmul = [](Field field, int64_t value) {
    return Command(Opcode::Matmul).set(Field::MatmulRows, 4).set(Field::Depth, 4)
        .set(Field::Cols, 8).set(field, value);
  };
  const auto requantize = [](Field field, int64_t value) {
    return Command(Opcode::Requantize).set(Field::Rows, 4).set(Field::Panels, 2)
        .set(Field::Out8, 1).set(field, value);
  };
  const Command gather = transfer(Opcode::Gather, kInput, 0, 1).set(Field::Chunks, 3)
      .set(Field::IndexAddr, kInput + 100).set(Field::MemoryStride, 64);  // a limit of 0
  const std::vector<Fault> faults = {
      {"load window", transfer(Opcode::Load, kEnd - 8, 0, 3), ErrorCode::ReadWindow, kEnd},
      {"store window", transfer(Opcode::Store, kOutput - 4, 0, 1), ErrorCode::WriteWindow,
          kOutput - 4},
      {"opcode", Command().set(Field::Opcode, 0x77), ErrorCode::IllegalOpcode, 0},
      {"field", transfer(Opcode::Load, kInput, 0, 0), ErrorCode::IllegalField, 0},
      {"address", transfer(Opcode::Load, kInput + 2, 0, 1), ErrorCode::IllegalField, kInput + 2},
      {"scratchpad, load", transfer(Opcode::Load, kInput, 8190, 3), ErrorCode::ScratchRange, 8192},
      {"scratchpad, store", transfer(Opcode::Store, kOutput, 8190, 3), ErrorCode::ScratchRange,
          8192},
      {"scratchpad, gather", Command(gather).set(Field::ScratchAddr, 8191)
          .set(Field::ScratchStride, 5).set(Field::IndexLimit, 0xffffffff)
          .set(Field::IndexAddr, kOutput + 0x1800), ErrorCode::ScratchRange, 8196},
      {"index", gather, ErrorCode::IndexRange, kInput + 100},
      {"A", matmul(Field::AAddr, 0x10000), ErrorCode::ScratchRange, 0x10000},
      {"B", matmul(Field::BStride, 8190), ErrorCode::ScratchRange, 8192},
      {"C", matmul(Field::CStride, 0xffffff), ErrorCode::AccumulatorRange, 0xffffff},
      {"vector, accumulator", requantize(Field::AccAddr, 509), ErrorCode::AccumulatorRange, 512},
      {"vector, constants", requantize(Field::ConstAddr, 8180), ErrorCode::ScratchRange, 8192},
      {"vector, write", requantize(Field::OutStride, 8191), ErrorCode::ScratchRange, 8192},
      {"vector, slots", Command(Opcode::RowMax).set(Field::Rows, 9).set(Field::Panels, 1)
          .set(Field::StatRow, 250), ErrorCode::StatRange, 256},
      {"tokens", transfer(Opcode::Load, kInput, 0, 1).addWait(Queue::Vector),
          ErrorCode::TokenDeadlock, 0},
  };
  TestType bench(3, 0.2);
  for (const Fault& fault : faults) {
    CAPTURE(fault.name);
    auto program = copyProgram(4, 25);
    program.insert(program.begin() + 4, fault.command);
    std::fill_n(bench.memory.begin() + kOutput + 0x1800, 12, uint8_t{0});  // a list of zeros
    bench.place(program);
    bench.start();
    bench.wait();
    CHECK(bench.get("status") == (status::kError | status::kInterrupt));
    CHECK(bench.get("error_code") == static_cast<uint32_t>(fault.code));
    CHECK(bench.get("error_command") == 4);
    CHECK(bench.get("error_addr_low") == fault.addr);
    CHECK(bench.get("error_addr_high") == 0);
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
