#include "tb/scoreboard.hpp"

#include <unistd.h>

#include <algorithm>

#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::tb;

namespace {

Command store(int64_t address, int64_t words, int64_t chunks) {
  return Command(Opcode::Store)
      .set(Field::MemoryAddr, address)
      .set(Field::ChunkWords, words)
      .set(Field::Chunks, chunks)
      .set(Field::MemoryStride, words * 4);
}

}  // namespace

TEST_CASE("addresses are turned back into rows and columns of grouped tensors") {
  Graph graph;
  const TensorId heads = graph.addTensor(
      {"heads", ElementType::Int8, 5, 12, TensorRole::Intermediate, 6});  // 2 groups of 6
  const TensorId wide =
      graph.addTensor({"wide", ElementType::Int16, 3, 5, TensorRole::Output, 0});
  Program program;
  program.dim = 4;
  program.memoryBytes = 4096;
  program.placements = {{heads, 1024, 5, 4, 6, 8, 4, ElementType::Int8},
                        {wide, 2048, 3, 2, 5, 8, 4, ElementType::Int16}};
  program.commands = {store(2048, 2, 3), store(1024, 20, 1),
                      Command(Opcode::End)};
  program.operators = {{"op", "linear", 0, {0}}, {"other", "linear", 0, {1}}};
  TensorValues golden = {Tensor(ElementType::Int8, 5, 12), Tensor(ElementType::Int16, 3, 5)};
  for (uint32_t i = 0; i < 60; ++i) golden[heads].data[i] = static_cast<int16_t>(i - 30);
  for (uint32_t i = 0; i < 15; ++i) golden[wide].data[i] = static_cast<int16_t>(1000 * i - 7000);
  std::vector<uint8_t> memory(4096, 0xAA);  // padding holds anything
  packTensor(program.placements[0], golden[heads], memory);
  packTensor(program.placements[1], golden[wide], memory);

  for (const TensorId id : {heads, wide}) {
    const Placement& placement = program.placements[id];
    const TensorInfo& info = graph.tensors[id];
    for (uint32_t row = 0; row < info.rows; ++row)
      for (uint32_t col = 0; col < info.cols; ++col) {
        std::vector<uint8_t> wrong = memory;
        wrong[placement.addressOf(row, col)] ^= 1;
        Scoreboard scoreboard(program, graph, golden);
        const Comparison comparison = scoreboard.compare(wrong, false);
        REQUIRE(comparison.values == 75);
        REQUIRE(comparison.mismatches == 1);
        CHECK(comparison.first->tensor == info.name);
        CHECK(comparison.first->row == row);
        CHECK(comparison.first->col == col);
        CHECK(comparison.first->expected == golden[id].at(row, col));
        CHECK(comparison.first->got != comparison.first->expected);

        const uint64_t address = placement.addressOf(row, col);
        scoreboard.observe(77, address, &wrong[address], elementBytes(info.type) == 2 ? 3 : 1);
        REQUIRE(scoreboard.firstWrite());
        Mismatch first = *scoreboard.firstWrite();
        CHECK(first.row == row);
        CHECK(first.col == col);
        CHECK(first.cycle == 77);
        scoreboard.blame(first, {});
        if (id == wide && row < 2 && col < 4) CHECK(first.operatorName == "op");
      }
  }
}

TEST_CASE("padding may hold anything and equal writes raise nothing") {
  Graph graph;
  const TensorId id = graph.addTensor({"t", ElementType::Int8, 2, 3, TensorRole::Output, 0});
  Program program;
  program.dim = 4;
  program.memoryBytes = 256;
  program.placements = {{id, 64, 2, 1, 3, 4, 4, ElementType::Int8}};
  const TensorValues golden = {Tensor(ElementType::Int8, 2, 3)};
  Scoreboard scoreboard(program, graph, golden);
  const std::vector<uint8_t> bytes = {0, 0, 0, 9, 0, 0, 0, 9};
  scoreboard.observe(1, 64, bytes.data(), 0xff);
  CHECK_FALSE(scoreboard.firstWrite());
  std::vector<uint8_t> memory(256);
  CHECK(scoreboard.compare(memory, true).mismatches == 0);
  const uint8_t byte = 0;
  scoreboard.observe(2, 72, &byte, 1);
  CHECK(scoreboard.firstWrite());
}

TEST_CASE("a full beat of a 512-bit port is its 64 bytes and no more") {
  constexpr uint32_t kBeat = 64;
  Graph graph;
  Program program;
  program.dim = 64;
  program.memoryBytes = 4 * kBeat;
  TensorValues golden;
  for (const char* name : {"first", "second"}) {  // a row of 64 bytes each, one behind the other
    const TensorId id = graph.addTensor({name, ElementType::Int8, 1, kBeat,
                                         TensorRole::Output, 0});
    program.placements.push_back(
        {id, kBeat * (1 + id), 1, 1, kBeat, kBeat, 64, ElementType::Int8});
    golden.emplace_back(ElementType::Int8, 1, kBeat);
    for (uint32_t i = 0; i < kBeat; ++i) golden[id].data[i] = static_cast<int16_t>(100 * id + i);
  }
  std::vector<uint8_t> memory(program.memoryBytes);
  for (const Placement& placement : program.placements)
    packTensor(placement, golden[placement.tensor], memory);
  std::vector<uint8_t> bus(4 * kBeat, 0x55);  // what lies behind the beat is not the second tensor
  std::copy_n(memory.begin() + kBeat, kBeat, bus.begin());

  // Had the strobe no end, the loop would have none: the signal then ends the test.
  alarm(10);
  Scoreboard scoreboard(program, graph, golden);
  scoreboard.observe(1, kBeat, bus.data(), ~uint64_t{0});
  CHECK_FALSE(scoreboard.firstWrite());
  CHECK(scoreboard.compare(memory, true).mismatches == kBeat);  // the second: never written
  bus[kBeat - 1] ^= 1;
  scoreboard.observe(2, kBeat, bus.data(), ~uint64_t{0});
  alarm(0);
  REQUIRE(scoreboard.firstWrite());
  CHECK(scoreboard.firstWrite()->tensor == "first");
  CHECK(scoreboard.firstWrite()->col == kBeat - 1);
  CHECK(scoreboard.firstWrite()->expected == kBeat - 1);
  CHECK(scoreboard.firstWrite()->got == kBeat - 2);
}
