// The rules of the command set against values written down by hand.
#include "gen/tables/rules.hpp"

#include <utility>
#include <vector>

#include "tests/catch.hpp"

using namespace intformer;

namespace {

using Values = std::vector<std::pair<Field, int64_t>>;

Command make(Opcode opcode, const Values& values) {
  Command command(opcode);
  for (const auto& [field, value] : values) command.set(field, value);
  return command;
}

Command load() {
  return make(Opcode::Load, {{Field::MemoryAddr, 64}, {Field::ChunkWords, 1}, {Field::Chunks, 1}});
}
Command gather() {
  return make(Opcode::Gather, {{Field::MemoryAddr, 16}, {Field::MemoryStride, 64},
                               {Field::ChunkWords, 1}, {Field::Chunks, 64}, {Field::IndexAddr, 4}});
}
Command vector(Opcode opcode) {
  return make(opcode, {{Field::Rows, 1}, {Field::Panels, 1}});
}
Command norm(int64_t width, int64_t log) {
  return make(Opcode::RowScalarLayerNorm,
              {{Field::Rows, 1}, {Field::MeanFactor, 1 << 23}, {Field::Epsilon, 64},
               {Field::Width, width}, {Field::WidthLog, log}});
}

/// With a field that its opcode does not have.
Command forged(Command command, Field field, int64_t value) {
  writeField(command.words(), field, value);
  return command;
}

bool legal(const Command& command) { return !findIllegalField(command, 16); }

}  // namespace

TEST_CASE("the rules take what is legal and refuse what is not", "[rules]") {
  CHECK(legal(Command(Opcode::End)));
  CHECK(legal(load()));
  CHECK(legal(load().set(Field::Chunks, 65535).set(Field::ScratchAddr, 0xffffff)));
  CHECK_FALSE(legal(load().set(Field::Chunks, 0)));
  CHECK_FALSE(legal(load().set(Field::MemoryAddr, 8)));
  CHECK_FALSE(legal(load().set(Field::MemoryStride, 24)));
  CHECK(findIllegalField(load().set(Field::ChunkWords, 0), 16) == "`chunk_words` must be at least 1");
  CHECK(findIllegalField(load().set(Field::MemoryStride, 24), 16) ==
        "`memory_stride` must be a multiple of DIM");

  CHECK(legal(gather()));
  CHECK_FALSE(legal(gather().set(Field::Chunks, 65)));
  CHECK_FALSE(legal(gather().set(Field::MemoryStride, 32)));
  CHECK_FALSE(legal(gather().set(Field::IndexAddr, 6)));

  CHECK(legal(vector(Opcode::Activation)));
  CHECK(legal(vector(Opcode::Activation).set(Field::Function, 2)));
  CHECK(findIllegalField(vector(Opcode::Activation).set(Field::Function, 3), 16) ==
        "`function` must be at most 2");
  const auto table = [](int64_t rows, int64_t panels) {
    return Command(Opcode::ActivationTable).set(Field::Rows, rows).set(Field::Panels, panels);
  };
  CHECK(legal(table(1, 1)));
  CHECK(legal(table(32, 1)));
  CHECK_FALSE(legal(table(33, 1)));
  CHECK(findIllegalField(table(32, 2), 16) == "`panels` must be at most 1");
  CHECK_FALSE(legal(vector(Opcode::Requantize)));
  CHECK(legal(vector(Opcode::Requantize).set(Field::Out16, 1)));
  CHECK_FALSE(legal(vector(Opcode::Requantize).set(Field::Out16, 1).set(Field::Out8, 1)));
  CHECK_FALSE(legal(vector(Opcode::LayerNorm)));
  CHECK(legal(vector(Opcode::LayerNorm).set(Field::Out16, 1).set(Field::Out8, 1)));

  for (const auto& [width, log] : {std::pair{1, 0}, {2, 1}, {3, 2}, {384, 9}, {4096, 12}})
    CHECK(legal(norm(width, log)));
  for (const auto& [width, log] : {std::pair{0, 0}, {1, 1}, {3, 1}, {384, 8}, {384, 10}, {4097, 13}})
    CHECK_FALSE(legal(norm(width, log)));
  CHECK_FALSE(legal(norm(64, 6).set(Field::Epsilon, 63)));
  CHECK_FALSE(legal(norm(64, 6).set(Field::MeanFactor, (1 << 23) - 1)));
}

TEST_CASE("a queue has no tokens for itself, and end has none", "[rules]") {
  CHECK(legal(load().addWait(Queue::Store).addSignal(Queue::Vector)));
  CHECK_FALSE(legal(load().addWait(Queue::Load)));
  CHECK_FALSE(legal(load().addSignal(Queue::Load)));
  CHECK_FALSE(legal(Command(Opcode::End).addWait(Queue::Load)));
}

TEST_CASE("bits that an opcode does not list must be 0", "[rules]") {
  CHECK_FALSE(legal(forged(load(), Field::WordStride, 1)));  // a field of gather alone
  CHECK_FALSE(legal(forged(vector(Opcode::RowMax), Field::OutAddr, 1)));
  Command stray = load();
  stray.words()[15] = 1U << 31;
  CHECK(findIllegalField(stray, 16) ==
        "bit 31 of word 15 must be 0: the opcode has no field there");
  std::size_t bits = 0;  // of `end`: all but the opcode
  for (const SpareBits& group : spareBits()) {
    CHECK(group.unusedBy.size() == opcodes().size());
    if (group.unusedBy[0])
      for (const auto& range : group.ranges) bits += range.width;
  }
  CHECK(bits == 512 - 8);
}

TEST_CASE("the address of an illegal field is memory's where memory is at fault", "[rules]") {
  CHECK(illegalFieldAddress(load().set(Field::MemoryAddr, 8), 16) == 8);
  CHECK(illegalFieldAddress(load().set(Field::MemoryStride, 8).set(Field::Chunks, 0), 16) == 64);
  CHECK(illegalFieldAddress(load().set(Field::Chunks, 0), 16) == 0);
  CHECK(illegalFieldAddress(gather().set(Field::MemoryStride, 32), 16) == 0);
}
