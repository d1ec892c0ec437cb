#include <algorithm>
#include <random>

#include "Vmatmul_bench16.h"
#include "Vmatmul_bench4.h"
#include "Vmatmul_bench8.h"
#include "tests/rtl_matmul/bench.hpp"

namespace intformer::test {
namespace {

using Bench4 = Bench<Vmatmul_bench4, 4>;
using Bench8 = Bench<Vmatmul_bench8, 8>;
using Bench16 = Bench<Vmatmul_bench16, 16>;

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t upTo(uint32_t last) { return std::uniform_int_distribution<uint32_t>(0, last)(engine_); }
  bool chance(uint32_t percent) { return upTo(99) < percent; }

 private:
  std::mt19937 engine_;
};

/// A legal command with odd sizes; the result may overlap itself and earlier ones in every way.
template <typename B>
Command randomCommand(Random& random, uint32_t previousLastRow) {
  constexpr uint32_t dim = B::kDim;
  const uint32_t rows = 1 + random.upTo(3 * dim - 1);
  const uint32_t depth = 1 + random.upTo(4 * dim - 1);
  const uint32_t cols = 1 + random.upTo(3 * dim - 1);
  const uint32_t depthTiles = (depth + dim - 1) / dim, colTiles = (cols + dim - 1) / dim;
  const bool transposed = random.chance(50);
  const uint32_t aStride = random.upTo(rows + 9);
  const uint32_t bStride = random.upTo((transposed ? cols : depth) + 9);
  const uint32_t cStride = random.chance(70) ? rows : random.upTo(rows);
  const uint32_t aSpan = (depthTiles - 1) * aStride + rows;
  const uint32_t bSpan = transposed ? (depthTiles - 1) * bStride + cols
                                    : (colTiles - 1) * bStride + depth;
  const uint32_t cSpan = (colTiles - 1) * cStride + rows;
  uint32_t cAddr = random.upTo(B::kAccRows - cSpan);
  if (random.chance(40)) {  // next to where the last command ended: reads close behind writes
    const uint32_t wanted = previousLastRow + 2 - std::min(previousLastRow + 2, random.upTo(5));
    cAddr = std::min(wanted, B::kAccRows - cSpan);
  }
  Command command(Opcode::Matmul);
  command.set(Field::AAddr, random.upTo(B::kScratchWords - aSpan))
      .set(Field::AStride, aStride)
      .set(Field::BAddr, random.upTo(B::kScratchWords - bSpan))
      .set(Field::BStride, bStride)
      .set(Field::CAddr, cAddr)
      .set(Field::CStride, cStride)
      .set(Field::MatmulRows, rows)
      .set(Field::Depth, depth)
      .set(Field::Cols, cols)
      .set(Field::AUnsigned, random.upTo(1))
      .set(Field::BTransposed, transposed)
      .set(Field::Accumulate, random.upTo(1))
      .set(Field::Signal, random.upTo(15));
  return command;
}

/// Keeps the other clients of the memories busy and checks what they read.
template <typename B>
class Disturber {
 public:
  Disturber(B& bench, Random& random, uint32_t percent)
      : bench_(bench), random_(random), percent_(percent) {}

  /// Runs before the edge, outputs settled: samples; then chooses the next cycle's inputs.
  void step() {
    auto& top = bench_.top;
    sample(vector_, top.vector_rsp_valid_o, top.vector_rsp_data_o,
           top.vector_req_valid_i && top.vector_req_ready_o, top.vector_req_addr_i);
    sample(store_, top.store_rsp_valid_o, top.store_rsp_data_o,
           top.store_req_valid_i && top.store_req_ready_o, top.store_req_addr_i);
    next_ = {retry(top.vector_req_valid_i, top.vector_req_ready_o, top.vector_req_addr_i,
                   B::kScratchWords),
             retry(top.store_req_valid_i, top.store_req_ready_o, top.store_req_addr_i,
                   B::kScratchWords),
             retry(top.acc_req_valid_i, top.acc_req_ready_o, top.acc_req_addr_i, B::kAccRows)};
  }
  /// Runs after the edge.
  void drive() {
    auto& top = bench_.top;
    top.vector_req_valid_i = next_[0].valid;
    top.vector_req_addr_i = next_[0].addr;
    top.store_req_valid_i = next_[1].valid;
    top.store_req_addr_i = next_[1].addr;
    top.acc_req_valid_i = next_[2].valid;
    top.acc_req_addr_i = next_[2].addr;
    top.a_block_i = random_.chance(percent_ / 4);
    top.b_block_i = random_.chance(percent_ / 2);
  }
  [[nodiscard]] uint64_t wrong() const { return wrong_; }
  [[nodiscard]] uint64_t checked() const { return checked_; }

 private:
  struct Request {
    bool valid = false;
    uint32_t addr = 0;
  };
  using InFlight = std::array<Request, 2>;

  template <typename Data>
  void sample(InFlight& flight, bool valid, const Data& data, bool granted, uint32_t addr) {
    if (valid != flight[1].valid) ++wrong_;
    if (valid && flight[1].valid) {
      ++checked_;
      if (portBytes(data, B::kDim) != bench_.scratch[flight[1].addr]) ++wrong_;
    }
    flight[1] = flight[0];
    flight[0] = {granted, addr};
  }
  Request retry(bool valid, bool ready, uint32_t addr, uint32_t limit) {
    if (valid && !ready) return {true, addr};
    return {random_.chance(percent_), random_.upTo(limit - 1)};
  }

  B& bench_;
  Random& random_;
  uint32_t percent_;
  uint64_t wrong_ = 0, checked_ = 0;
  InFlight vector_{}, store_{};
  std::array<Request, 3> next_{};
};

/// Issues `commands` random commands back to back, then compares the whole accumulator.
template <typename B>
void runRandom(uint32_t seed, int commands, uint32_t percent) {
  INFO("seed " << seed << ", dim " << B::kDim << ", disturbance " << percent << " %");
  Random random(seed);
  B bench;
  bench.fillScratch([&] { return static_cast<uint8_t>(random.upTo(255)); });
  bench.clearAccumulator();
  std::vector<typename B::AccRow> expected(B::kAccRows, typename B::AccRow{});

  Disturber<B> disturber(bench, random, percent);
  bench.watch = [&] { disturber.step(); };
  const auto tick = [&] {
    bench.tick();
    disturber.drive();
  };
  std::vector<uint32_t> signals;
  uint32_t lastRow = 0;
  for (int i = 0; i < commands; ++i) {
    const Command command = randomCommand<B>(random, lastRow);
    lastRow = static_cast<uint32_t>(
        command.get(Field::CAddr) + command.get(Field::MatmulRows) - 1 +
        (command.get(Field::Cols) - 1) / B::kDim * command.get(Field::CStride));
    referenceMatmul<B::kDim>(command, bench.scratch, expected);
    signals.push_back(static_cast<uint32_t>(command.get(Field::Signal)));
    setPort(bench.top.command_i, command.words().data(), kCommandBytes);
    bench.top.command_index_i = static_cast<uint32_t>(1000 + i);
    bench.top.command_valid_i = 1;
    for (bool accepted = false; !accepted; tick()) {
      bench.top.clk_i = 0;
      bench.top.eval();
      accepted = bench.top.command_ready_o;
    }
    bench.top.command_valid_i = 0;
    for (uint32_t idle = random.chance(30) ? random.upTo(50) : 0; idle > 0; --idle) tick();
  }
  for (int budget = 100000; bench.top.busy_o && budget > 0; --budget) tick();
  CHECK_FALSE(bench.top.busy_o);
  CHECK(disturber.wrong() == 0);
  if (percent > 0) CHECK(disturber.checked() > 100);

  bench.watch = [] {};
  bench.top.vector_req_valid_i = bench.top.store_req_valid_i = bench.top.acc_req_valid_i = 0;
  bench.top.a_block_i = bench.top.b_block_i = 0;
  bench.tick();
  bench.tick();
  REQUIRE(bench.done.size() == static_cast<std::size_t>(commands));
  for (std::size_t i = 0; i < signals.size(); ++i) {
    CHECK(bench.done[i].index == 1000 + i);
    CHECK(bench.done[i].signal == signals[i]);
  }
  for (uint32_t row = 0; row < B::kAccRows; ++row) {
    INFO("accumulator row " << row);
    REQUIRE(bench.accRow(row) == expected[row]);
  }
}

template <typename B>
void runSeeds(uint32_t first) {
  for (uint32_t seed = first; seed < first + 4; ++seed) {
    runRandom<B>(seed, 60, 0);
    runRandom<B>(seed + 100, 60, 20);
    runRandom<B>(seed + 200, 60, 70);
  }
}

}  // namespace

TEST_CASE("random matmul commands leave what the definition says, dim 4") { runSeeds<Bench4>(1); }
TEST_CASE("random matmul commands leave what the definition says, dim 8") { runSeeds<Bench8>(2); }
TEST_CASE("random matmul commands leave what the definition says, dim 16") {
  runSeeds<Bench16>(3);
}

TEST_CASE("the largest magnitudes do not wrap") {
  Bench8 bench;
  bench.fillScratch([] { return uint8_t{0x80}; });
  bench.clearAccumulator();
  for (const bool isUnsigned : {false, true}) {
    Command command(Opcode::Matmul);
    command.set(Field::AAddr, 8).set(Field::BAddr, 16).set(Field::AStride, 0);
    command.set(Field::MatmulRows, 8).set(Field::Depth, 2048).set(Field::Cols, 8);
    command.set(Field::AUnsigned, isUnsigned);
    bench.issue(command, 0);
    bench.drain();
    const int32_t expected = 2048 * 128 * (isUnsigned ? -128 : 128);
    for (const int32_t value : bench.accRow(3)) CHECK(value == expected);
  }
}

TEST_CASE("a reset in the middle of commands leaves nothing behind") {
  Bench8 bench;
  for (uint32_t cycles = 1; cycles < 120; cycles += 7) {
    INFO("reset " << cycles << " cycles after the last issue");
    bench.fillScratch([] { return uint8_t{1}; });
    Command command(Opcode::Matmul);
    command.set(Field::MatmulRows, 20).set(Field::Depth, 20).set(Field::Cols, 20);
    for (uint32_t i = 0; i < 3; ++i) bench.issue(command, i);
    for (uint32_t i = 0; i < cycles; ++i) bench.tick();
    bench.top.rst_ni = 0;
    bench.tick();
    bench.top.rst_ni = 1;
    CHECK_FALSE(bench.top.busy_o);
    bench.done.clear();
    command.set(Field::Cols, 8);
    bench.issue(command, 9);
    bench.drain();
    REQUIRE(bench.done.size() == 1);
    CHECK(bench.done[0].index == 9);
    for (const int32_t value : bench.accRow(19)) CHECK(value == 20);
  }
}

TEST_CASE("halt keeps new commands out and lets those taken finish") {
  Bench8 bench;
  bench.fillScratch([] { return uint8_t{1}; });
  Command command(Opcode::Matmul);
  command.set(Field::MatmulRows, 20).set(Field::Depth, 8).set(Field::Cols, 8);
  bench.issue(command, 7);
  bench.top.halt_i = 1;
  bench.top.command_valid_i = 1;
  for (int i = 0; i < 200; ++i) {
    bench.top.clk_i = 0;
    bench.top.eval();
    CHECK_FALSE(bench.top.command_ready_o);
    bench.tick();
  }
  REQUIRE(bench.done.size() == 1);
  CHECK(bench.done[0].index == 7);
  CHECK_FALSE(bench.top.busy_o);
  CHECK(bench.rows == 20);
}

}  // namespace intformer::test
