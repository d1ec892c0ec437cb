#include <algorithm>
#include <array>
#include <deque>

#include "Vdispatch_base16.h"
#include "Vdispatch_tiny4.h"
#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "gen/tables/rules.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_system/bench.hpp"

namespace intformer::test {
namespace {

constexpr std::array kQueueOpcodes = {Opcode::Load, Opcode::Matmul, Opcode::RowMax, Opcode::Store};

/// A command of a queue that passes all checks.
Command legal(uint32_t queue) {
  Command c(kQueueOpcodes[queue]);
  if (queue == 1) return c.set(Field::MatmulRows, 5).set(Field::Depth, 6).set(Field::Cols, 7);
  if (queue == 2) return c.set(Field::Rows, 3).set(Field::Panels, 2);
  return c.set(Field::ChunkWords, 4).set(Field::Chunks, 2).set(Field::MemoryAddr, 4096)
      .set(Field::MemoryStride, 256);
}

std::size_t queueOf(const Command& command) {
  return static_cast<std::size_t>(*findOpcode(command.opcode())->queue);
}

/// The dispatcher among four modelled units that take and end commands when they like.
template <typename Model>
class DispatchBench {
  VerilatedContext context_;

 public:
  Model top{&context_};
  Dice dice;
  double stall = 0;
  uint32_t maxDuration = 1;
  std::vector<Command> program;
  uint64_t cycle = 0;
  std::array<std::vector<uint32_t>, 4> started, ended;
  std::array<std::array<int, 4>, 4> tokens{};  ///< [from][to], kept by the model
  std::vector<std::string> faults;
  std::vector<Error> errors;
  bool finished = false;

  explicit DispatchBench(uint32_t seed) : dice(seed) {
    top.rst_ni = 0;
    top.halt_i = top.start_i = top.command_valid_i = top.done_valid_i = top.scalar_busy_i = 0;
    tick();
    tick();
    top.rst_ni = 1;
  }
  ~DispatchBench() {
    top.final();
    Verilated::threadContextp(&context_);  // else the end of another bench's, where this model ends
  }

  void start() {
    next_ = 0;
    finished = false;
    for (auto& s : started) s.clear();
    for (auto& e : ended) e.clear();
    tokens = {};
    top.program_commands_i = static_cast<uint32_t>(program.size());
    top.start_i = 1;
    tick();
    top.start_i = 0;
  }

  void tick() {
    const bool offer = next_ < program.size() && top.rst_ni && !top.start_i && !dice.chance(stall);
    top.command_valid_i = offer;
    if (offer) {
      setPort(top.command_i, program[next_].words().data(), kCommandBytes);
      top.command_index_i = static_cast<uint32_t>(next_);
    }
    uint32_t ready = 0, doneValid = 0, doneSignal = 0;
    for (uint32_t q = 0; q < 4; ++q) {
      if (running_[q].size() < 2 && !dice.chance(stall)) ready |= 1U << q;
      if (!running_[q].empty() && running_[q].front().until <= cycle && !dice.chance(stall)) {
        const uint32_t index = running_[q].front().index;
        doneValid |= 1U << q;
        doneSignal |= static_cast<uint32_t>(program[index].get(Field::Signal)) << (4 * q);
        setPort32(top.done_index_i, q, index);
      }
    }
    top.issue_ready_i = static_cast<uint8_t>(ready);
    top.done_valid_i = static_cast<uint8_t>(doneValid);
    top.done_signal_i = static_cast<uint16_t>(doneSignal);
    top.clk_i = 0, top.eval();
    if (top.rst_ni) sample(doneValid);
    if (offer && top.command_ready_o) ++next_;
    top.clk_i = 1, top.eval();
    ++cycle;
  }

  [[nodiscard]] bool settled() const { return finished || !errors.empty(); }
  void run(int budget = 200000) {
    while (!settled() && budget-- > 0) tick();
    if (!settled()) FAIL("neither finished nor failed");
  }

 private:
  struct Running {
    uint32_t index;
    uint64_t until;
  };

  template <typename Port>
  static void setPort32(Port& port, uint32_t index, uint32_t value) {
    std::memcpy(reinterpret_cast<uint8_t*>(&port) + 4 * index, &value, 4);
  }

  void sample(uint32_t doneValid) {
    // A token given in this cycle must not be taken in it: take first.
    for (uint32_t q = 0; q < 4; ++q) {
      if ((top.issue_valid_o >> q & 1) == 0 || (top.issue_ready_i >> q & 1) == 0) continue;
      uint32_t index = 0;
      std::memcpy(&index, reinterpret_cast<const uint8_t*>(&top.issue_index_o) + 4 * q, 4);
      started[q].push_back(index);
      const Command& c = program.at(index);
      for (uint32_t from = 0; from < 4; ++from)
        if (c.waitsFor(static_cast<Queue>(from)) && tokens[from][q]-- <= 0)
          faults.push_back("issued without a token");
      checkFields(q, c);
      running_[q].push_back({index, cycle + dice.between(1, maxDuration)});
    }
    for (uint32_t q = 0; q < 4; ++q) {
      if ((doneValid >> q & 1) == 0) continue;
      const uint32_t index = running_[q].front().index;
      running_[q].pop_front();
      ended[q].push_back(index);
      for (uint32_t to = 0; to < 4; ++to)
        if (program[index].signals(static_cast<Queue>(to))) ++tokens[q][to];
    }
    if (top.finish_o) {
      finished = true;
      for (const auto& r : running_)
        if (!r.empty()) faults.push_back("finished while a unit was busy");
      if (top.scalar_busy_i) faults.push_back("finished while the row-scalar unit was busy");
    }
    if (top.error_valid_o) errors.push_back(readError(top.error_o));
  }

  /// The unit sees every bit of the fields of its opcode.
  void checkFields(uint32_t q, const Command& sent) {
    std::vector<uint8_t> seen;
    if (q == 0) seen = portBytes(top.load_command_o, 64);
    if (q == 1) seen = portBytes(top.matmul_command_o, 64);
    if (q == 2) seen = portBytes(top.vector_command_o, 64);
    if (q == 3) seen = portBytes(top.store_command_o, 64);
    Command got;
    std::memcpy(got.words().data(), seen.data(), 64);
    if (got.opcode() != sent.opcode()) faults.push_back("another opcode");
    for (const Field field : findOpcode(sent.opcode())->fields)
      if (got.get(field) != sent.get(field)) faults.push_back("another value of a field");
    if (got.get(Field::Signal) != sent.get(Field::Signal)) faults.push_back("another signal mask");
  }

  std::size_t next_ = 0;
  std::array<std::deque<Running>, 4> running_;
};

using DispatchTiny = DispatchBench<Vdispatch_tiny4>;
using DispatchBase = DispatchBench<Vdispatch_base16>;

/// A random legal program: a command waits only for tokens that earlier ones have signalled.
std::vector<Command> randomProgram(Dice& dice, uint32_t length) {
  std::vector<Command> program;
  std::array<std::array<int, 4>, 4> open{};
  for (uint32_t i = 0; i < length; ++i) {
    const auto q = static_cast<uint32_t>(dice.upTo(3));
    Command c = legal(q);
    if (q == 0 || q == 3)
      c.set(Field::MemoryAddr, static_cast<int64_t>(dice.upTo(~uint64_t{0}) & ~uint64_t{255}))
          .set(Field::ScratchAddr, static_cast<int64_t>(dice.upTo(0xFFFFFF)));
    if (q == 1)
      c.set(Field::CStride, static_cast<int64_t>(dice.upTo(0xFFFFFF)))
          .set(Field::Accumulate, static_cast<int64_t>(dice.upTo(1)));
    if (q == 2) c.set(Field::ValidHigh, -static_cast<int64_t>(dice.upTo(30000)));
    for (uint32_t from = 0; from < 4; ++from)
      if (from != q && open[from][q] > 0 && dice.chance(0.6))
        c.addWait(static_cast<Queue>(from)), --open[from][q];
    for (uint32_t to = 0; to < 4; ++to)
      if (to != q && dice.chance(0.4)) c.addSignal(static_cast<Queue>(to)), ++open[q][to];
    program.push_back(c);
  }
  program.emplace_back(Opcode::End);
  return program;
}

TEMPLATE_TEST_CASE("dispatch keeps queue order and tokens under random timing", "[rtl]",
    DispatchTiny, DispatchBase) {
  for (uint32_t seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    TestType bench(seed);
    bench.stall = seed % 3 * 0.3;
    bench.maxDuration = seed % 2 == 0 ? 40 : 1;
    for (int round = 0; round < 2; ++round) {  // tokens left over must not leak into the next run
      bench.program = randomProgram(bench.dice, 200);
      bench.start();
      bench.run();
      CHECK(bench.errors.empty());
      CHECK(bench.faults == std::vector<std::string>{});
      std::array<std::vector<uint32_t>, 4> expected;
      for (uint32_t i = 0; i + 1 < bench.program.size(); ++i)
        expected[queueOf(bench.program[i])].push_back(i);
      CHECK(bench.started == expected);
      CHECK(bench.ended == expected);
    }
  }
}

/// A command of an opcode with a legal value in every field, and no tokens.
Command legal(const OpcodeSpec& spec) {
  Command c(spec.opcode);
  for (const Field field : spec.fields) {
    switch (field) {
      case Field::MemoryAddr:
      case Field::MemoryStride:
      case Field::IndexAddr:
      case Field::Epsilon: c.set(field, 64); break;
      case Field::MeanFactor: c.set(field, 1 << 23); break;
      case Field::Function:
      case Field::WidthLog: break;
      case Field::Out8: c.set(field, spec.opcode == Opcode::Requantize ? 0 : 1); break;
      default: c.set(field, 1); break;
    }
  }
  return c;
}

TEST_CASE("dispatch sends every opcode to its queue", "[rtl]") {
  DispatchBase bench(1);
  std::array<std::vector<uint32_t>, 4> expected;
  for (const auto& spec : opcodes()) {
    if (!spec.queue) continue;
    const Command c = legal(spec);
    const auto index = static_cast<uint32_t>(bench.program.size());
    expected[static_cast<std::size_t>(*spec.queue)].push_back(index);
    bench.program.push_back(c);
  }
  bench.program.emplace_back(Opcode::End);
  bench.start();
  bench.run();
  CHECK(bench.errors.empty());
  CHECK(bench.faults.empty());
  CHECK(bench.started == expected);
}

TEST_CASE("dispatch executes end only when the row-scalar unit rests", "[rtl]") {
  DispatchBase bench(1);
  bench.program = {legal(2), Command(Opcode::End), legal(0), Command(Opcode::End)};
  bench.top.scalar_busy_i = 1;
  bench.start();
  for (int i = 0; i < 100; ++i) bench.tick();
  CHECK_FALSE(bench.finished);
  bench.top.scalar_busy_i = 0;
  bench.run();
  for (int i = 0; i < 50; ++i) bench.tick();
  CHECK(bench.faults.empty());
  CHECK(bench.errors.empty());
  CHECK(bench.started[0].empty());  // what follows an `end` is not executed
}

void refused(const Command& bad, ErrorCode code, uint64_t addr = 0) {
  DispatchBase bench(1);
  bench.program = {legal(0), legal(1), bad, legal(2), Command(Opcode::End)};
  bench.start();
  bench.run(500);
  for (int i = 0; i < 50; ++i) bench.tick();
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == static_cast<uint32_t>(code));
  CHECK(bench.errors[0].index == 2);
  CHECK(bench.errors[0].addr == addr);
  CHECK_FALSE(bench.finished);
  CHECK(bench.started[2].empty());
}

TEST_CASE("dispatch refuses every unknown opcode", "[rtl]") {
  for (int code = 0; code < 256; ++code) {
    if (findOpcode(static_cast<Opcode>(code)) != nullptr) continue;
    CAPTURE(code);
    Command c;
    c.set(Field::Opcode, code);
    refused(c, ErrorCode::IllegalOpcode);
  }
}

TEST_CASE("dispatch refuses a zero in every size field of every opcode", "[rtl]") {
  constexpr std::array sizes = {Field::ChunkWords, Field::Chunks, Field::MatmulRows, Field::Depth,
      Field::Cols, Field::Rows, Field::Panels};
  int tried = 0;
  for (const auto& spec : opcodes()) {
    for (const Field zero : sizes) {
      if (std::ranges::find(spec.fields, zero) == spec.fields.end()) continue;
      const Command c = legal(spec).set(zero, 0);
      CAPTURE(std::string(spec.name), std::string(fieldSpec(zero).name));
      refused(c, ErrorCode::IllegalField);
      ++tried;
    }
  }
  CHECK(tried == 2 + 2 + 2 + 3 + 8 * 2 + 2);
}

/// Code and address of the error when `command` comes first in a program; code 0: none.
template <typename Bench>
Error outcome(Bench& bench, const Command& command) {
  bench.errors.clear();
  bench.program = {command, Command(Opcode::End)};
  bench.start();
  bench.run(500);
  return bench.errors.empty() ? Error{} : bench.errors[0];
}

TEMPLATE_TEST_CASE("dispatch and the table of rules agree on every single bit of every opcode",
    "[rtl]", DispatchTiny, DispatchBase) {
  const uint32_t dim = std::is_same_v<TestType, DispatchTiny> ? 4 : 16;
  TestType bench(1);
  for (const auto& spec : opcodes()) {
    int refusals = 0;
    for (unsigned bit = 8; bit < 512; ++bit) {  // bits 0 to 7 make another opcode
      Command c = legal(spec);
      c.words()[bit / 32] ^= 1U << (bit % 32);
      const bool otherToken = spec.queue && bit < 12 && bit - 8 != static_cast<unsigned>(*spec.queue);
      if (otherToken) continue;  // waits for ever
      CAPTURE(std::string(spec.name), bit);
      const Error error = outcome(bench, c);
      const auto reason = findIllegalField(c, dim);
      REQUIRE(error.code == (reason ? static_cast<uint32_t>(ErrorCode::IllegalField) : 0));
      REQUIRE(error.addr == (reason ? illegalFieldAddress(c, dim) : 0));
      refusals += reason ? 1 : 0;
    }
    CHECK(refusals > 0);
  }
}

TEST_CASE("dispatch refuses what a unit has no meaning for", "[rtl]") {
  const auto of = [](Opcode opcode) { return legal(*findOpcode(opcode)); };
  refused(of(Opcode::Activation).set(Field::Function, 3), ErrorCode::IllegalField);
  refused(of(Opcode::Requantize).set(Field::Out8, 1), ErrorCode::IllegalField);
  refused(of(Opcode::Requantize).set(Field::Out16, 0), ErrorCode::IllegalField);
  refused(of(Opcode::LayerNorm).set(Field::Out8, 0).set(Field::Out16, 0), ErrorCode::IllegalField);
  DispatchBase bench(1);
  for (const uint32_t width : {0U, 1U, 2U, 3U, 4U, 5U, 1023U, 1024U, 1025U, 4095U, 4096U, 4097U,
                               8192U, 32768U, 32769U, 65535U})
    for (int64_t log = 0; log < 16; ++log) {
      CAPTURE(width, log);
      const bool good = width > 0 && width <= 4096 && width <= 1U << log &&
                        (log == 0 || width > 1U << (log - 1));
      const Command c =
          of(Opcode::RowScalarLayerNorm).set(Field::Width, width).set(Field::WidthLog, log);
      CHECK(outcome(bench, c).code == (good ? 0 : static_cast<uint32_t>(ErrorCode::IllegalField)));
    }
}

TEST_CASE("dispatch refuses memory addresses and strides that are not whole words", "[rtl]") {
  for (const uint32_t q : {0U, 3U}) {
    refused(legal(q).set(Field::MemoryAddr, 4096 + 8), ErrorCode::IllegalField, 4096 + 8);
    refused(legal(q).set(Field::MemoryStride, 17), ErrorCode::IllegalField, 4096);
  }
}

TEST_CASE("dispatch refuses gathers whose list, rows or stride do not fit the unit", "[rtl]") {
  const auto gather = [] {
    return Command(Opcode::Gather)
        .set(Field::MemoryAddr, 4096)
        .set(Field::MemoryStride, 128)
        .set(Field::IndexAddr, 8192 + 4)
        .set(Field::ChunkWords, 2)
        .set(Field::Chunks, kMaxGatherRows);
  };
  DispatchBase bench(1);
  bench.program = {gather(), Command(Opcode::End)};
  bench.start();
  bench.run(500);
  CHECK(bench.errors.empty());
  CHECK(bench.finished);
  refused(gather().set(Field::Chunks, kMaxGatherRows + 1), ErrorCode::IllegalField);
  refused(gather().set(Field::IndexAddr, 8192 + 2), ErrorCode::IllegalField);
  refused(gather().set(Field::MemoryStride, 32), ErrorCode::IllegalField);
}

TEST_CASE("dispatch refuses a queue that waits for or signals itself", "[rtl]") {
  for (uint32_t q = 0; q < 4; ++q) {
    refused(legal(q).addWait(static_cast<Queue>(q)), ErrorCode::IllegalField);
    refused(legal(q).addSignal(static_cast<Queue>(q)), ErrorCode::IllegalField);
  }
}

TEST_CASE("dispatch reports a program without end", "[rtl]") {
  DispatchBase bench(1);
  bench.program = {legal(0), legal(3)};
  bench.start();
  bench.run(500);
  REQUIRE(bench.errors.size() == 1);
  CHECK(bench.errors[0].code == static_cast<uint32_t>(ErrorCode::ProgramEnd));
  CHECK(bench.errors[0].index == 1);

  DispatchBase empty(1);
  empty.start();
  REQUIRE(empty.errors.size() == 1);
  CHECK(empty.errors[0].code == static_cast<uint32_t>(ErrorCode::ProgramEnd));
}

TEST_CASE("dispatch reports queues that wait for ever", "[rtl]") {
  for (const uint32_t copies : {1U, 20U}) {  // ended by `end`, ended by a full queue
    DispatchTiny bench(1);
    bench.program = {legal(0).addSignal(Queue::Matmul)};
    for (uint32_t i = 0; i < copies; ++i) bench.program.push_back(legal(1).addWait(Queue::Vector));
    bench.program.push_back(legal(2).addWait(Queue::Store));
    bench.program.emplace_back(Opcode::End);
    bench.start();
    bench.run(1000);
    REQUIRE(bench.errors.size() == 1);
    CHECK(bench.errors[0].code == static_cast<uint32_t>(ErrorCode::TokenDeadlock));
    CHECK(bench.errors[0].index == 1);
  }
}

TEST_CASE("dispatch reports a token too many", "[rtl]") {
  DispatchBase bench(1);
  for (uint32_t i = 0; i < kMaxQueueTokens + 2; ++i) bench.program.push_back(legal(3).addSignal(Queue::Load));
  bench.program.emplace_back(Opcode::End);
  bench.start();
  bench.run();
  REQUIRE(bench.errors.size() >= 1);
  CHECK(bench.errors[0].code == static_cast<uint32_t>(ErrorCode::IllegalField));
  CHECK(bench.errors[0].index == kMaxQueueTokens);
}

TEST_CASE("dispatch issues nothing while halted", "[rtl]") {
  DispatchBase bench(1);
  bench.program = randomProgram(bench.dice, 100);
  bench.start();
  for (int i = 0; i < 30; ++i) bench.tick();
  bench.top.halt_i = 1;
  bench.tick();
  const auto started = bench.started;
  for (int i = 0; i < 100; ++i) bench.tick();
  CHECK(bench.started == started);
  CHECK(bench.errors.empty());
}

}  // namespace
}  // namespace intformer::test
