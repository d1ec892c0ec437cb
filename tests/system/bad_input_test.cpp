#include "tests/catch.hpp"
#include "tests/programs/random_program.hpp"
#include "tests/system/support.hpp"

using namespace intformer;
using namespace intformer::test;
using namespace intformer::system_test;

namespace {

constexpr uint64_t kInputs = 0x4000;    ///< read-only above the program
constexpr uint64_t kResults = 0x8000;   ///< read-write
constexpr uint64_t kMemory = 0x10000;   ///< end of the read-write window
constexpr uint64_t kOutside = 0x11000;  ///< memory that is there and not opened
constexpr uint64_t kMemoryBytes = 0x12000;

/// A device and a program that goes wrong in the middle of good commands.
struct Bad {
  Device device;
  std::vector<Command> commands;
  std::vector<emulator::MemoryWindow> windows = {
      {0, kResults, window::kReadable},
      {kResults, kMemory, window::kReadable | window::kWritable}};
  uint64_t programAddress = 0;
  intformer_device handle{};
  intformer_access access{};

  explicit Bad(const std::string& config) : device(config) {
    device.sim.setTiming(tb::memoryTiming(30, 0.1, 5));
    device.sim.setWatchdog(50'000);
    device.sim.reset();
  }

  Command transfer(Opcode opcode, uint64_t address, uint32_t words, uint32_t scratch = 0) const {
    Command command(opcode);
    command.set(Field::MemoryAddr, static_cast<int64_t>(address));
    command.set(Field::ChunkWords, words).set(Field::Chunks, 1).set(Field::ScratchAddr, scratch);
    command.set(Field::ScratchStride, words);
    command.set(Field::MemoryStride, int64_t{words} * device.plan.dim);
    return command;
  }
  Command load(uint64_t address, uint32_t words) const {
    return transfer(Opcode::Load, address, words).addSignal(Queue::Store);
  }
  Command store(uint64_t address, uint32_t words) const {
    return transfer(Opcode::Store, address, words).addWait(Queue::Load);
  }
  /// Eight good commands with `bad` as command 3.
  void around(const Command& bad) {
    commands = {load(kInputs, 8), store(kResults, 8), load(kInputs + 1024, 8), bad,
                store(kResults + 1024, 8), load(kInputs, 8), store(kResults + 2048, 8),
                Command(Opcode::End)};
  }
  Command matmul() const {
    Command command(Opcode::Matmul);
    command.set(Field::MatmulRows, 4).set(Field::Depth, 4).set(Field::Cols, 4);
    return command;
  }
  Command rowMax() const {
    Command command(Opcode::RowMax);
    command.set(Field::Rows, 4).set(Field::Panels, 1).set(Field::StatsInit, 1);
    command.set(Field::Multiplier, 32768).set(Field::Shift, 15).set(Field::ValidHigh, 4);
    return command;
  }

  std::vector<uint8_t> image() const {
    std::vector<uint8_t> memory(kMemoryBytes);
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<uint8_t>(i * 7 + 1);
    for (std::size_t i = 0; i < commands.size(); ++i)
      for (std::size_t b = 0; b < kCommandBytes; ++b)
        memory[programAddress + i * kCommandBytes + b] =
            static_cast<uint8_t>(commands[i].words()[b / 4] >> (8 * (b % 4)));
    return memory;
  }

  void start(std::size_t commandCount) {
    access = device.sim.access();
    REQUIRE(intformer_open(&handle, &access, nullptr) == INTFORMER_OK);
    for (uint32_t i = 0; i < windows.size(); ++i)
      REQUIRE(intformer_set_window(&handle, i, windows[i].base, windows[i].end,
                                   windows[i].permissions) == INTFORMER_OK);
    REQUIRE(intformer_set_program(&handle, programAddress, static_cast<uint32_t>(commandCount)) ==
            INTFORMER_OK);
    REQUIRE(intformer_start(&handle) == INTFORMER_OK);
  }

  /// Runs the program and expects this error; then resets and runs a good program.
  void expect(ErrorCode code, uint32_t command, std::optional<uint64_t> address = std::nullopt) {
    device.sim.setMemory(image());
    start(commands.size());
    REQUIRE(device.sim.run(200'000) == SIM_INTERRUPT);
    uint32_t status = 0;
    REQUIRE(intformer_read_status(&handle, &status) == INTFORMER_OK);
    CHECK((status & status::kError) != 0);
    CHECK((status & status::kInterrupt) != 0);
    CHECK((status & status::kBusy) == 0);
    CHECK(intformer_wait(&handle, 0) == INTFORMER_DEVICE_ERROR);
    CHECK_FALSE(device.sim.interrupt());
    intformer_error error{};
    REQUIRE(intformer_read_error(&handle, &error) == INTFORMER_OK);
    CHECK(std::string(intformer_error_text(error.code)) ==
          std::string(intformer_error_text(static_cast<uint32_t>(code))));
    CHECK(error.command == command);
    if (address) CHECK(error.address == *address);
    device.sim.injectError(0, 0, false, false);
    recover();
  }

  /// Soft reset, then a random program must leave the emulator's memory.
  void recover() {
    REQUIRE(intformer_reset(&handle, 100'000) == INTFORMER_OK);
    intformer_error error{};
    REQUIRE(intformer_read_error(&handle, &error) == INTFORMER_OK);
    CHECK(error.code == 0);
    const RandomProgram good = randomProgram(device.plan, 42);
    std::vector<uint8_t> expected = good.memory;
    emulator::EmulatorOptions options;
    options.windows = good.windows;
    REQUIRE(emulator::runProgram(device.plan, good.commands, expected, options).ok());
    device.sim.setMemory(good.memory);
    const tb::DeviceRun run =
        tb::runJob(device.sim, jobOf(good.programAddress, good.commands.size(), good.windows),
                   10'000'000);
    INFO(run.text());
    REQUIRE(run.ok());
    CHECK(std::equal(expected.begin(), expected.end(), device.sim.memory().begin()));
  }
};

}  // namespace

TEST_CASE("bad programs stop the device with code, command and address", "[bad]") {
  Bad bad(GENERATE("tiny4", "base16"));
  const uint32_t dim = bad.device.plan.dim;
  SECTION("illegal opcode") {
    Command command;
    command.words()[0] = 0x7f;
    bad.around(command);
    bad.expect(ErrorCode::IllegalOpcode, 3);
  }
  SECTION("a size of zero") {
    bad.around(bad.load(kInputs, 8).set(Field::Chunks, 0));
    bad.expect(ErrorCode::IllegalField, 3);
  }
  SECTION("an address between words") {
    bad.around(bad.load(kInputs + 1, 8));
    bad.expect(ErrorCode::IllegalField, 3, kInputs + 1);
  }
  SECTION("a program without end") {
    bad.around(bad.load(kInputs, 8));
    bad.commands.pop_back();
    bad.expect(ErrorCode::ProgramEnd, 6);
  }
  SECTION("a load outside the windows") {
    bad.around(bad.load(kOutside, 8));
    bad.expect(ErrorCode::ReadWindow, 3, kOutside);
  }
  SECTION("a load across the end of a window that ends inside a burst") {
    bad.windows[1].end = kMemory - 3 * dim;
    bad.around(bad.load(kMemory - 4 * dim, 2));
    bad.expect(ErrorCode::ReadWindow, 3, kMemory - 4 * dim);
  }
  SECTION("a store across the end of a window that ends inside a burst") {
    bad.windows[1].end = kMemory - 3 * dim;
    bad.around(bad.store(kMemory - 4 * dim, 2));
    bad.commands[2].addSignal(Queue::Store);
    bad.expect(ErrorCode::WriteWindow, 3, kMemory - 4 * dim);
  }
  SECTION("a load beyond all memory") {
    bad.around(bad.load(0x7000'0000, 8));
    bad.expect(ErrorCode::ReadWindow, 3, 0x7000'0000);
  }
  SECTION("a store into the read-only window") {
    bad.around(bad.store(kInputs, 8));
    bad.commands[2].addSignal(Queue::Store);
    bad.expect(ErrorCode::WriteWindow, 3, kInputs);
  }
  SECTION("a program outside the windows") {
    bad.around(bad.load(kInputs, 8));
    bad.windows[0].base = 0x1000;
    bad.expect(ErrorCode::FetchWindow, 0, 0);
  }
  SECTION("a scratchpad address beyond its end") {
    bad.around(bad.transfer(Opcode::Load, kInputs, 8, bad.device.plan.scratchWords - 4));
    bad.expect(ErrorCode::ScratchRange, 3);
  }
  SECTION("an accumulator address of matmul beyond its end") {
    bad.around(bad.matmul().set(Field::CAddr, bad.device.plan.accRows - 2));
    bad.expect(ErrorCode::AccumulatorRange, 3, bad.device.plan.accRows);
  }
  SECTION("operands of matmul beyond the scratchpad's end") {
    const Field field = GENERATE(Field::AAddr, Field::BAddr);
    bad.around(bad.matmul().set(field, bad.device.plan.scratchWords - 2));
    bad.expect(ErrorCode::ScratchRange, 3, bad.device.plan.scratchWords);
  }
  SECTION("a vector command's sums, operands, constants or results beyond their memory's end") {
    struct Range {
      Opcode opcode;
      Field address;
      ErrorCode code;
    };
    const Range range = GENERATE(
        Range{Opcode::Requantize, Field::AccAddr, ErrorCode::AccumulatorRange},
        Range{Opcode::Requantize, Field::OutAddr, ErrorCode::ScratchRange},
        Range{Opcode::Residual, Field::InAddr, ErrorCode::ScratchRange},
        Range{Opcode::Residual, Field::Out16Addr, ErrorCode::ScratchRange},
        Range{Opcode::Activation, Field::ConstAddr, ErrorCode::ScratchRange},
        Range{Opcode::ActivationTable, Field::InAddr, ErrorCode::ScratchRange});
    INFO(findOpcode(range.opcode)->name << " "
                                                              << fieldSpec(range.address).name);
    Command command(range.opcode);
    command.set(Field::Rows, 4).set(Field::Panels, 1);
    if (command.has(Field::OutAddr)) command.set(Field::OutAddr, 100);
    if (command.has(Field::Out8)) command.set(Field::Out8, 1);
    const uint32_t end = range.code == ErrorCode::AccumulatorRange ? bad.device.plan.accRows
                                                                   : bad.device.plan.scratchWords;
    command.set(range.address, end - 2);
    bad.around(command);
    // Another vector command behind it, which is under way by then and is not the culprit.
    bad.commands[5] = bad.rowMax();
    bad.expect(range.code, 3, end);
  }
  SECTION("a wait for a token that nobody gives") {
    bad.around(bad.load(kInputs, 8).addWait(Queue::Matmul));
    bad.expect(ErrorCode::TokenDeadlock, 3);
  }
  SECTION("a gather of a row that its table does not have") {
    Command gather = bad.transfer(Opcode::Gather, kInputs, 1);
    gather.set(Field::Chunks, 4).set(Field::IndexAddr, kInputs + 1024).set(Field::WordStride, 1);
    gather.set(Field::ScratchStride, 1).set(Field::IndexLimit, 100).set(Field::MemoryStride, 64);
    bad.around(gather.addSignal(Queue::Store));
    bad.expect(ErrorCode::IndexRange, 3, kInputs + 1024);  // the image's bytes are large numbers
  }
  SECTION("a row statistics slot beyond their end") {
    bad.around(bad.rowMax().set(Field::StatRow, bad.device.plan.statRows - 2));
    bad.expect(ErrorCode::StatRange, 3, bad.device.plan.statRows);
  }
}

TEST_CASE("where a window opens more than there is, the bus answers DECERR", "[bad]") {
  Bad bad("tiny4");
  bad.windows[1].end = kMemoryBytes + 0x1000;
  SECTION("to a load") {
    bad.around(bad.load(kMemoryBytes, 8));
    bad.expect(ErrorCode::ReadBus, 3, kMemoryBytes);
  }
  SECTION("to a store") {
    bad.around(bad.store(kMemoryBytes, 8));
    bad.commands[2].addSignal(Queue::Store);
    bad.expect(ErrorCode::WriteBus, 3, kMemoryBytes);
  }
}

TEST_CASE("bus errors stop the device, name the command, and spare the rest of memory", "[bad]") {
  Bad bad(GENERATE("tiny4", "edge8", "wide32"));
  bad.around(bad.load(kInputs + 2048, 8).addSignal(Queue::Store));
  SECTION("on a load") {
    bad.device.sim.injectError(kInputs + 2048, kInputs + 2049, true, false);
    bad.expect(ErrorCode::ReadBus, 3);
  }
  SECTION("on a store") {
    bad.device.sim.injectError(kResults + 1024, kResults + 1025, false, true);
    bad.expect(ErrorCode::WriteBus, 4);
  }
  SECTION("on a fetch") {
    bad.device.sim.injectError(5 * 64, 5 * 64 + 1, true, false);
    bad.expect(ErrorCode::FetchBus, 5);
  }
}

TEST_CASE("the first of two errors is kept, and nothing after it reaches the memory", "[bad]") {
  Bad bad("edge8");
  Command command;
  command.words()[0] = 0x99;
  bad.around(command);
  // The first load's data are refused by the bus when the dispatcher has long met the bad opcode.
  bad.device.sim.setTiming(tb::memoryTiming(400));
  const bool two = GENERATE(true, false);
  if (two) bad.device.sim.injectError(kInputs, kInputs + 1, true, false);
  bad.device.sim.setMemory(bad.image());
  bad.start(bad.commands.size());
  REQUIRE(bad.device.sim.run(200'000) == SIM_INTERRUPT);
  intformer_error error{};
  REQUIRE(intformer_read_error(&bad.handle, &error) == INTFORMER_OK);
  CHECK(error.code == static_cast<uint32_t>(ErrorCode::IllegalOpcode));
  CHECK(error.command == 3);
  const std::vector<uint8_t> before = bad.image();
  const auto untouched = [&] {
    return std::equal(before.begin() + kResults + 1024, before.end(),
                      bad.device.sim.memory().begin() + kResults + 1024);
  };
  CHECK(untouched());
  // A stopped device stays quiet: the commands in its queues do not go on.
  const sim_bus_counts stopped = bad.device.sim.busCounts();
  bad.device.sim.run(20'000);
  const sim_bus_counts later = bad.device.sim.busCounts();
  CHECK(later.read_bursts == stopped.read_bursts);
  CHECK(later.write_bursts == stopped.write_bursts);
  CHECK(untouched());
  bad.device.sim.injectError(0, 0, false, false);
  bad.recover();
}

TEST_CASE("a soft reset in the middle of a run leaves a device that works", "[bad]") {
  Bad bad(GENERATE("tiny4", "base16"));
  const RandomProgram program = randomProgram(bad.device.plan, 77);
  for (uint64_t cycles = 1; cycles < 4000; cycles = cycles * 5 / 3 + 1) {
    INFO("reset after " << cycles << " cycles");
    bad.device.sim.setMemory(program.memory);
    bad.windows = program.windows;
    bad.programAddress = program.programAddress;
    bad.start(program.commands.size());
    bad.device.sim.run(cycles);
    bad.recover();
  }
}

TEST_CASE("registers answer SLVERR where there are none", "[bad]") {
  Bad bad("tiny4");
  uint32_t value = 0;
  CHECK(bad.device.sim.readRegister(0x000, value) == 0);
  CHECK(value == kDeviceId);
  CHECK(bad.device.sim.readRegister(0xff0, value) == 2);
  CHECK(bad.device.sim.writeRegister(0xff0, 1) == 2);
}
