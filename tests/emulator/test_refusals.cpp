// What the emulator refuses, and how it names it.
#include "sw/emulator/tokens.hpp"
#include "tests/catch.hpp"
#include "tests/emulator/bench.hpp"

namespace intformer::test {

using namespace emulator;

namespace {

using Catch::Matchers::Contains;

Command load(int64_t memory, int64_t word, int64_t words = 1) {
  return make(Opcode::Load, {{Field::MemoryAddr, memory}, {Field::ScratchAddr, word},
                             {Field::ChunkWords, words}, {Field::Chunks, 1}});
}
Command store(int64_t memory, int64_t word, int64_t words = 1) {
  return make(Opcode::Store, {{Field::MemoryAddr, memory}, {Field::ScratchAddr, word},
                              {Field::ChunkWords, words}, {Field::Chunks, 1}});
}
Command matmul(int64_t a, int64_t b, int64_t c, int64_t rows = 1) {
  return make(Opcode::Matmul, {{Field::AAddr, a}, {Field::BAddr, b}, {Field::CAddr, c},
                               {Field::MatmulRows, rows}, {Field::Depth, 4}, {Field::Cols, 4}});
}

EmulationResult run(std::vector<Command> commands, const EmulatorOptions& options = {},
                    bool end = true) {
  if (end) commands.emplace_back(Opcode::End);
  std::vector<uint8_t> memory(1024);
  return runProgram(smallPlan(), commands, memory, options);
}
/// The same with the tokens that the commands need.
EmulationResult runOrdered(std::vector<Command> commands, const EmulatorOptions& options = {}) {
  insertTokens(smallPlan(), 1024, commands);
  return run(std::move(commands), options);
}

void checkError(const EmulationResult& result, ErrorCode code, uint32_t index, uint64_t address) {
  INFO(result.message);
  CHECK(result.fault == Fault::DeviceError);
  CHECK(result.error == code);
  CHECK(result.commandIndex == index);
  CHECK(result.address == address);
}

Command gather(int64_t memory, int64_t list, int64_t rows) {
  return make(Opcode::Gather,
              {{Field::MemoryAddr, memory}, {Field::MemoryStride, 64}, {Field::IndexAddr, list},
               {Field::IndexLimit, 1}, {Field::ChunkWords, 2}, {Field::Chunks, rows},
               {Field::ScratchStride, 1}, {Field::WordStride, 100}});
}

TEST_CASE("a gather is refused for its list, its rows and its fields", "[emulator]") {
  CHECK(run({gather(0, 512, 64)}).ok());  // a list of zeros
  checkError(run({gather(0, 512, 65)}), ErrorCode::IllegalField, 0, 0);
  checkError(run({gather(0, 514, 3)}), ErrorCode::IllegalField, 0, 0);
  checkError(run({gather(0, 512, 3).set(Field::MemoryStride, 32)}), ErrorCode::IllegalField, 0, 0);
  checkError(run({gather(2, 512, 3)}), ErrorCode::IllegalField, 0, 2);
  checkError(run({gather(0, 1016, 3)}), ErrorCode::ReadWindow, 0, 1024);
  checkError(run({gather(1020, 512, 3)}), ErrorCode::ReadWindow, 0, 1024);
  checkError(run({gather(0, 512, 3).set(Field::ScratchAddr, 155)}), ErrorCode::ScratchRange, 0, 256);
  std::vector<Command> commands = {gather(0, 60, 3), Command(Opcode::End)};
  std::vector<uint8_t> memory(1024);
  memory[64] = 1;
  checkError(runProgram(smallPlan(), commands, memory, {}), ErrorCode::IndexRange, 0, 64);
}

TEST_CASE("device errors carry code, command and address", "[emulator]") {
  Command illegal;
  illegal.words()[0] = 0x77;
  checkError(run({load(0, 0), illegal}), ErrorCode::IllegalOpcode, 1, 0);
  checkError(run({load(0, 0, 0)}), ErrorCode::IllegalField, 0, 0);
  checkError(run({matmul(0, 0, 0, 0)}), ErrorCode::IllegalField, 0, 0);
  checkError(run({load(6, 0)}), ErrorCode::IllegalField, 0, 6);
  checkError(run({load(0, 0)}, {}, false), ErrorCode::ProgramEnd, 0, 0);
  checkError(run({}, {}, false), ErrorCode::ProgramEnd, 0, 0);
  checkError(run({load(0, 250, 8)}), ErrorCode::ScratchRange, 0, 256);
  checkError(run({load(0, 300, 1)}), ErrorCode::ScratchRange, 0, 300);
  checkError(runOrdered({load(0, 0, 16), matmul(0, 4, 61, 8)}), ErrorCode::AccumulatorRange, 1, 64);
  checkError(run({make(Opcode::RowScalarSoftmax, {{Field::Rows, 9}, {Field::StatRow, 8}})}),
             ErrorCode::StatRange, 0, 16);
  checkError(run({load(1020, 0, 2)}), ErrorCode::ReadWindow, 0, 1024);
}

TEST_CASE("a queue may give another so many tokens ahead, and no more", "[emulator]") {
  std::vector<Command> commands(kMaxQueueTokens, load(0, 0).addSignal(Queue::Store));
  commands[0].set(Field::ScratchAddr, 5);
  CHECK(run(commands).unusedTokens == kMaxQueueTokens);
  commands.push_back(load(0, 0));
  commands.push_back(load(0, 1).addSignal(Queue::Store));
  checkError(run(commands), ErrorCode::IllegalField, kMaxQueueTokens + 1, 0);
  commands[kMaxQueueTokens] = store(512, 5).addWait(Queue::Load);
  CHECK(run(commands).ok());
}

TEST_CASE("the address of a program is a multiple of 64", "[emulator]") {
  EmulatorOptions options;
  options.programAddress = 32;
  checkError(run({load(0, 0)}, options), ErrorCode::IllegalField, 0, 32);
  checkError(run({}, options, false), ErrorCode::IllegalField, 0, 32);
}

TEST_CASE("a burst of the fetch that leaves the windows names its first command", "[emulator]") {
  EmulatorOptions options;  // bursts of 64 bytes
  options.programAddress = 64;
  options.windows = {{0, 64 * 3, window::kReadable}, {512, 1024, window::kReadable}};
  checkError(run({load(0, 0), load(0, 0), load(0, 0)}, options), ErrorCode::FetchWindow, 2, 192);
}

TEST_CASE("a burst lies in one window, a transfer in several", "[emulator]") {
  EmulatorOptions options;  // bursts of 64 bytes
  options.windows = {{0, 128, window::kReadable}, {128, 200, window::kReadable}};
  CHECK(run({load(0, 0, 48)}, options).ok());
  CHECK(run({load(0, 0, 50)}, options).ok());
  checkError(run({load(0, 0, 51)}, options), ErrorCode::ReadWindow, 0, 192);
  options.windows = {{0, 132, window::kReadable}, {132, 256, window::kReadable}};
  checkError(run({load(64, 0, 20)}, options), ErrorCode::ReadWindow, 0, 128);
  checkError(run({load(64, 251, 20)}, options), ErrorCode::ScratchRange, 0, 256);
  checkError(run({load(64, 240, 20)}, options), ErrorCode::ReadWindow, 0, 128);
}

TEST_CASE("windows keep loads, stores and the program inside", "[emulator]") {
  EmulatorOptions options;
  options.windows = {{0, 256, window::kReadable},
                     {512, 768, window::kReadable | window::kWritable}};
  CHECK(runOrdered({load(0, 0, 64), store(512, 0, 64)}, options).ok());
  checkError(runOrdered({load(248, 0, 4)}, options), ErrorCode::ReadWindow, 0, 256);
  checkError(runOrdered({load(400, 0)}, options), ErrorCode::ReadWindow, 0, 400);
  checkError(runOrdered({load(0, 0), store(128, 0)}, options), ErrorCode::WriteWindow, 1, 128);
  checkError(runOrdered({load(0, 0, 4), store(760, 0, 4)}, options), ErrorCode::WriteWindow, 1,
             768);
  options.windows.push_back({800, 2000, window::kReadable});  // more than there is memory
  checkError(runOrdered({load(1020, 0, 2)}, options), ErrorCode::ReadBus, 0, 1024);
  options.programAddress = 192;
  checkError(runOrdered({load(0, 0)}, options), ErrorCode::FetchWindow, 1, 256);
}

TEST_CASE("reads of what nobody wrote are refused", "[emulator]") {
  const EmulationResult word = runOrdered({load(0, 0, 3), store(0, 1, 4)});
  CHECK(word.fault == Fault::Unwritten);
  CHECK(word.commandIndex == 1);
  CHECK(word.address == 3);
  CHECK_THAT(word.message, Contains("command 1 (store, queue store) reads scratchpad word 3"));

  Command accumulate = matmul(0, 4, 10);
  accumulate.set(Field::Accumulate, 1);
  const EmulationResult row = runOrdered({load(0, 0, 8), accumulate});
  CHECK(row.fault == Fault::Unwritten);
  CHECK(row.address == 10);

  const EmulationResult slot = run({make(Opcode::RowScalarSoftmax,
                                         {{Field::Rows, 1}, {Field::StatRow, 6}})});
  CHECK(slot.fault == Fault::Unwritten);
  CHECK(slot.address == 6);

  EmulatorOptions lenient;
  lenient.strict = false;
  CHECK(runOrdered({load(0, 0, 3), store(0, 1, 4)}, lenient).ok());
}

TEST_CASE("races name both commands and the word", "[emulator]") {
  SECTION("read after write") {
    const EmulationResult race = run({load(0, 0, 8), matmul(0, 4, 0)});
    CHECK(race.fault == Fault::Race);
    CHECK(race.otherIndex == 0);
    CHECK(race.commandIndex == 1);
    CHECK(race.address == 0);
    CHECK_THAT(race.message, Contains("race on scratchpad word 0") &&
                                 Contains("command 0 (load, queue load) writes it") &&
                                 Contains("command 1 (matmul, queue matmul) reads it"));
  }
  SECTION("write after read, though the reader itself was in order") {
    Command first = load(0, 0, 8);
    first.addSignal(Queue::Matmul);
    Command product = matmul(0, 4, 0);
    product.addWait(Queue::Load);
    const EmulationResult race = run({first, product, load(0, 5)});
    CHECK(race.fault == Fault::Race);
    CHECK(race.otherIndex == 1);
    CHECK(race.commandIndex == 2);
    CHECK(race.address == 5);
    product.addSignal(Queue::Load);
    CHECK(run({first, product, load(0, 5).addWait(Queue::Matmul)}).ok());
  }
  SECTION("through memory") {
    Command first = load(0, 0, 8);
    first.addSignal(Queue::Store);
    const EmulationResult race = run({first, store(64, 0, 4).addWait(Queue::Load), load(72, 100)});
    CHECK(race.fault == Fault::Race);
    CHECK(race.address == 72);
    CHECK_THAT(race.message, Contains("memory byte 72"));
    // Only what can be written is followed: the race is found there just the same.
    EmulatorOptions windows;
    windows.windows = {{0, 62, window::kReadable},
                       {62, 200, window::kReadable | window::kWritable}};
    const EmulationResult again =
        run({first, store(64, 0, 4).addWait(Queue::Load), load(72, 100)}, windows);
    CHECK(again.fault == Fault::Race);
    CHECK(again.message == race.message);
  }
  SECTION("order carries over from queue to queue") {
    // load -> matmul -> vector; the vector command overwrites what the load wrote.
    const Command out = make(Opcode::RowNormalize, {{Field::OutAddr, 9}, {Field::Rows, 1},
                                                    {Field::Panels, 1}});
    EmulatorOptions options;
    options.strict = false;
    Command first = load(0, 0, 10);
    first.addSignal(Queue::Matmul);
    Command product = matmul(0, 4, 0);
    product.addWait(Queue::Load).addSignal(Queue::Vector);
    Command last = out;
    CHECK(run({first, product, last.addWait(Queue::Matmul)}, options).ok());
  }
  SECTION("a token covers only what its giver had finished") {
    Command first = load(0, 0, 8);
    first.addSignal(Queue::Matmul);
    const EmulationResult race =
        run({first, load(64, 20, 8), matmul(20, 24, 0).addWait(Queue::Load)});
    CHECK(race.fault == Fault::Race);
    CHECK(race.otherIndex == 1);
  }
  SECTION("the check can be switched off") {
    EmulatorOptions fast;
    fast.checkRaces = false;
    CHECK(run({load(0, 0, 8), matmul(0, 4, 0)}, fast).ok());
  }
}

TEST_CASE("a wait without a token is a deadlock", "[emulator]") {
  const EmulationResult starved = run({load(0, 0, 8).addWait(Queue::Store)});
  CHECK(starved.fault == Fault::Deadlock);
  CHECK(starved.commandIndex == 0);
  CHECK_THAT(starved.message, Contains("waits for token 1 of queue store"));
  // One token, two waits.
  Command first = load(0, 0, 8);
  first.addSignal(Queue::Matmul);
  Command product = matmul(0, 4, 0);
  product.addWait(Queue::Load);
  const EmulationResult second = run({first, product, product});
  CHECK(second.fault == Fault::Deadlock);
  CHECK(second.commandIndex == 2);
  // A token nobody takes is counted.
  CHECK(run({first}).unusedTokens == 1);
}

TEST_CASE("commands that disturb themselves are refused", "[emulator]") {
  Command product = matmul(0, 4, 0, 3);
  product.set(Field::Cols, 8).set(Field::BStride, 4).set(Field::CStride, 2);
  const EmulationResult tiles = runOrdered({load(0, 0, 16), product});
  CHECK(tiles.fault == Fault::SelfOverlap);
  CHECK(tiles.address == 2);

  const auto residual = [](int64_t in, int64_t out) {
    return make(Opcode::Residual, {{Field::InAddr, in}, {Field::In16, 1}, {Field::Out16Addr, out},
                                   {Field::ConstAddr, 32}, {Field::Rows, 3}, {Field::Panels, 1}});
  };
  const std::vector<Command> before = {load(0, 0, 64), matmul(0, 4, 0, 3)};
  const auto with = [&](const Command& command) {
    std::vector<Command> commands = before;
    commands.push_back(command);
    return runOrdered(commands);
  };
  CHECK(with(residual(16, 16)).ok());  // in place
  CHECK(with(residual(18, 16)).ok());  // behind the reads
  const EmulationResult ahead = with(residual(16, 18));
  CHECK(ahead.fault == Fault::SelfOverlap);
  CHECK(ahead.address == 18);
}

TEST_CASE("constants that a vector command has written are refused") {
  const auto requantize = [](int64_t out, int64_t constants) {
    return make(Opcode::Requantize, {{Field::OutAddr, out}, {Field::Out8, 1},
                                     {Field::ConstAddr, constants}, {Field::Rows, 3},
                                     {Field::Panels, 1}});
  };
  const std::vector<Command> before = {load(0, 0, 64), matmul(0, 4, 0, 3), requantize(16, 32)};
  const auto with = [&](std::vector<Command> more) {
    std::vector<Command> commands = before;
    commands.insert(commands.end(), more.begin(), more.end());
    return runOrdered(commands);
  };
  CHECK(with({requantize(24, 19)}).ok());  // behind the three words
  const EmulationResult read = with({requantize(24, 18)});
  CHECK(read.fault == Fault::Race);
  CHECK(read.address == 18);
  CHECK(read.commandIndex == 3);
  CHECK(read.otherIndex == 2);
  CHECK(with({load(0, 16, 8), requantize(24, 16)}).ok());  // loaded since
}

}  // namespace
}  // namespace intformer::test
