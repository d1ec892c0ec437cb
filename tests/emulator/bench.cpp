#include "tests/emulator/bench.hpp"

#include "sw/emulator/tokens.hpp"
#include "tests/catch.hpp"

namespace intformer::test {

Plan smallPlan() {
  Plan plan;
  plan.name = "small";
  plan.dim = 4;
  plan.lanes = 2;
  plan.family = Family::Pwl;
  plan.scratchWords = 256;
  plan.scratchBanks = 2;
  plan.accRows = 64;
  plan.accBanks = 2;
  plan.statRows = 16;
  plan.busBytes = 4;
  plan.addressBits = 32;
  plan.maxBurstBeats = 16;
  plan.outstandingReads = plan.outstandingWrites = 2;
  plan.queueDepth = plan.fetchDepth = 4;
  plan.windowCount = 4;
  return plan;
}

Command make(Opcode opcode, std::initializer_list<Setting> settings) {
  Command command(opcode);
  for (const Setting& setting : settings) command.set(setting.field, setting.value);
  return command;
}

std::vector<uint8_t> record(int32_t bias, uint16_t m1, uint8_t s1, int zero, uint16_t m2,
                            uint8_t s2) {
  const auto byte = [](int64_t value, int index) {
    return static_cast<uint8_t>(value >> (8 * index));
  };
  return {byte(bias, 0), byte(bias, 1), byte(bias, 2), byte(bias, 3), byte(m1, 0), byte(m1, 1),
          s1,            byte(zero, 0), byte(m2, 0),   byte(m2, 1),   s2};
}

Bench::Bench() : memory(kMemoryBytes) {}

Bench& Bench::load(uint64_t word, const std::vector<int>& bytes) {
  const uint64_t begin = nextInput_;
  for (const int value : bytes) memory[nextInput_++] = static_cast<uint8_t>(value);
  return add(make(Opcode::Load, {{Field::MemoryAddr, static_cast<int64_t>(begin)},
                                 {Field::ScratchAddr, static_cast<int64_t>(word)},
                                 {Field::ChunkWords, static_cast<int64_t>(bytes.size() / 4)},
                                 {Field::Chunks, 1}}));
}

Bench& Bench::loadConstants(uint64_t word, const std::vector<std::vector<uint8_t>>& records) {
  std::vector<int> bytes;
  for (std::size_t plane = 0; plane < records.front().size(); ++plane)
    for (const auto& channel : records) bytes.push_back(channel[plane]);
  return load(word, bytes);
}

Bench& Bench::sums(uint64_t row, const std::vector<int>& factor,
                   const std::vector<std::vector<int>>& values) {
  const std::size_t rows = factor.size();
  std::vector<int> a(4 * rows), b(16);
  for (std::size_t r = 0; r < rows; ++r) {
    a[4 * r + r] = factor[r];
    for (std::size_t c = 0; c < 4; ++c) b[4 * r + c] = values[r][c];
  }
  load(240, a);
  load(244, b);
  return add(make(Opcode::Matmul, {{Field::AAddr, 240},
                                   {Field::BAddr, 244},
                                   {Field::CAddr, static_cast<int64_t>(row)},
                                   {Field::MatmulRows, static_cast<int64_t>(rows)},
                                   {Field::Depth, 4},
                                   {Field::Cols, 4}}));
}

Bench& Bench::add(const Command& command) {
  commands.push_back(command);
  return *this;
}

Bench& Bench::store(uint64_t word, uint64_t count) {
  add(make(Opcode::Store, {{Field::MemoryAddr, static_cast<int64_t>(nextResult_)},
                           {Field::ScratchAddr, static_cast<int64_t>(word)},
                           {Field::ChunkWords, static_cast<int64_t>(count)},
                           {Field::Chunks, 1}}));
  nextResult_ += count * 4;
  return *this;
}

void Bench::run() {
  emulator::insertTokens(plan, memory.size(), commands);
  commands.emplace_back(Opcode::End);
  const emulator::EmulationResult result = emulator::runProgram(plan, commands, memory);
  INFO(result.message);
  REQUIRE(result.ok());
  REQUIRE(result.unusedTokens == 0);
}

std::vector<int> Bench::results8(std::size_t count) const {
  std::vector<int> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(static_cast<int8_t>(memory[kResults + i]));
  return values;
}
std::vector<int> Bench::resultsUnsigned8(std::size_t count) const {
  const auto begin = memory.begin() + kResults;
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}
std::vector<int> Bench::results16(std::size_t count) const {
  std::vector<int> values;
  for (std::size_t i = 0; i < count; ++i)
    values.push_back(
        static_cast<int16_t>(memory[kResults + 2 * i] | memory[kResults + 2 * i + 1] << 8));
  return values;
}

}  // namespace intformer::test
