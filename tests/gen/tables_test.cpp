#include <algorithm>
#include <bitset>
#include <limits>
#include <random>
#include <regex>
#include <set>
#include <stdexcept>

#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"
#include "tests/catch.hpp"

namespace intformer {
namespace {

constexpr Field kHeader[] = {Field::Opcode, Field::Wait, Field::Signal};

std::vector<Field> fieldsOf(const OpcodeSpec& spec) {
  std::vector<Field> fields(std::begin(kHeader), std::end(kHeader));
  for (const Field field : spec.fields) fields.push_back(field);
  return fields;
}

int64_t randomValue(const FieldSpec& spec, std::mt19937_64& random) {
  const uint64_t raw = random() >> (64 - spec.width);
  if (!spec.isSigned) return static_cast<int64_t>(raw);
  return static_cast<int64_t>(raw) - (int64_t{1} << (spec.width - 1));
}

/// Bit by bit, which is not how Command does it.
int64_t bitsOf(const Command& command, const FieldSpec& spec) {
  uint64_t value = 0;
  for (unsigned bit = 0; bit < spec.width; ++bit) {
    const unsigned position = spec.lsb + bit;
    value |= uint64_t{command.words()[position / 32] >> (position % 32) & 1} << bit;
  }
  if (spec.isSigned && (value >> (spec.width - 1) & 1) != 0)
    for (unsigned bit = spec.width; bit < 64; ++bit) value |= uint64_t{1} << bit;
  return static_cast<int64_t>(value);
}

}  // namespace

TEST_CASE("no two fields of one opcode share a bit, and all lie inside of the command") {
  for (const auto& opcode : opcodes()) {
    std::bitset<kCommandBytes * 8> taken;
    for (const Field field : fieldsOf(opcode)) {
      const FieldSpec& spec = fieldSpec(field);
      REQUIRE(spec.width > 0);
      REQUIRE(spec.lsb + spec.width <= static_cast<int>(taken.size()));
      for (unsigned bit = spec.lsb; bit < spec.lsb + spec.width; ++bit) {
        INFO(opcode.name << "." << spec.name << ", bit " << bit);
        CHECK_FALSE(taken[bit]);
        taken.set(bit);
      }
    }
  }
}

TEST_CASE("the field table is in the order of the enumeration, with names of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < commandFields().size(); ++i) {
    const FieldSpec& spec = commandFields()[i];
    CHECK(static_cast<std::size_t>(spec.field) == i);
    CHECK(names.insert(spec.name).second);
    CHECK(std::regex_match(std::string(spec.name), std::regex("[a-z][a-z0-9]*(_[a-z0-9]+)*")));
  }
}

TEST_CASE("every field belongs to an opcode, and opcodes are found by their code alone") {
  std::set<Field> used;
  std::set<Opcode> codes;
  for (const auto& opcode : opcodes()) {
    CHECK(codes.insert(opcode.opcode).second);
    CHECK(findOpcode(opcode.opcode) == &opcode);
    for (const Field field : fieldsOf(opcode)) used.insert(field);
  }
  CHECK(used.size() == commandFields().size());
  unsigned legal = 0;
  for (unsigned code = 0; code < 256; ++code)
    legal += findOpcode(static_cast<Opcode>(code)) != nullptr ? 1 : 0;
  CHECK(legal == codes.size());
  CHECK(findOpcode(Opcode{}) == nullptr);
}

TEST_CASE("a command gives back what was set, field by field") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round)
    for (const auto& opcode : opcodes()) {
      Command command(opcode.opcode);
      for (auto& word : command.words()) word |= static_cast<uint32_t>(random());
      command.set(Field::Opcode, static_cast<int64_t>(opcode.opcode));
      std::vector<std::pair<Field, int64_t>> values;
      for (const Field field : opcode.fields) {
        values.emplace_back(field, randomValue(fieldSpec(field), random));
        command.set(field, values.back().second);
      }
      bool equal = true;
      for (const auto& [field, value] : values)
        equal = equal && command.get(field) == value && bitsOf(command, fieldSpec(field)) == value;
      REQUIRE(equal);
    }
}

TEST_CASE("a command refuses the fields that its opcode does not have, by name") {
  for (const auto& opcode : opcodes()) {
    const std::vector<Field> fields = fieldsOf(opcode);
    for (const auto& spec : commandFields()) {
      INFO(opcode.name << "." << spec.name);
      Command command(opcode.opcode);
      const bool listed = std::find(fields.begin(), fields.end(), spec.field) != fields.end();
      CHECK(command.has(spec.field) == listed);
      if (listed) continue;
      CHECK_THROWS_AS(command.get(spec.field), std::logic_error);
      CHECK_THROWS_AS(command.set(spec.field, 0), std::logic_error);
    }
  }
  CHECK_THROWS_WITH(Command(Opcode::Load).get(Field::WordStride), "load has no field word_stride");
  CHECK_THROWS_WITH(Command().set(Field::Rows, 1), "an unknown opcode has no field rows");
}

TEST_CASE("the extremes of a field fit and one more does not") {
  for (const auto& spec : commandFields()) {
    if (spec.width == 64) continue;
    const int64_t low = spec.isSigned ? -(int64_t{1} << (spec.width - 1)) : 0;
    const int64_t high = (int64_t{1} << (spec.width - (spec.isSigned ? 1 : 0))) - 1;
    const auto owner = std::find_if(opcodes().begin(), opcodes().end(), [&](const auto& opcode) {
      return Command(opcode.opcode).has(spec.field);
    });
    Command command(owner->opcode);
    INFO(spec.name);
    CHECK(command.set(spec.field, low).get(spec.field) == low);
    CHECK(command.set(spec.field, high).get(spec.field) == high);
    CHECK_THROWS_AS(command.set(spec.field, low - 1), std::logic_error);
    CHECK_THROWS_AS(command.set(spec.field, high + 1), std::logic_error);
  }
}

TEST_CASE("waits and signals are masks of queues") {
  Command command(Opcode::Matmul);
  command.addWait(Queue::Load).addWait(Queue::Vector).addSignal(Queue::Store);
  CHECK(command.words()[0] == 0x00008520U);
  CHECK(command.waitsFor(Queue::Load));
  CHECK_FALSE(command.waitsFor(Queue::Matmul));
  CHECK(command.signals(Queue::Store));
  CHECK_FALSE(command.signals(Queue::Load));
  CHECK(command.opcode() == Opcode::Matmul);
  CHECK(waitsText(command) == "load+vector");
  CHECK(signalsText(command) == "store");
  CHECK(signalsText(Command(Opcode::Matmul)).empty());
}

TEST_CASE("registers have names and offsets of their own below 4 KiB") {
  for (uint32_t windows = 1; windows <= kMaxWindows; ++windows) {
    std::set<std::string> names;
    std::set<uint32_t> offsets;
    for (const auto& reg : registerMap(windows)) {
      INFO(reg.name);
      CHECK(names.insert(reg.name).second);
      CHECK(offsets.insert(reg.offset).second);
      CHECK(reg.offset % 4 == 0);
      CHECK(reg.offset < 0x1000);
    }
  }
}

TEST_CASE("fields fill their registers without overlap, and those of one have one access") {
  std::set<std::string> flags;
  std::set<std::string> cleared;
  const auto check = [&](const RegisterRow& row, uint32_t end) {
    CAPTURE(row.name);
    CHECK(row.offset + 4 * wordsOf(row) <= end);
    uint64_t taken = 0;
    for (const RegisterField& field : row.fields) {
      CAPTURE(field.name);
      const uint64_t mask = ~uint64_t{0} >> (64 - field.width);
      CHECK(field.lsb + field.width <= 32 * wordsOf(row));
      CHECK((taken & mask << field.lsb) == 0);
      taken |= mask << field.lsb;
      CHECK((field.reset & ~mask) == 0);
      CHECK((field.width <= 32 || (field.width == 64 && row.fields.size() == 1)));
      CHECK((field.value != nullptr) == (field.kind == Kind::Constant));
      CHECK(field.clears.empty() == (field.kind != Kind::Clear));
      CHECK(accessOf(field.kind) == accessOf(row.fields.front().kind));
      if (field.kind == Kind::Flag) flags.insert(memberName(row, field));
      if (field.kind == Kind::Clear) CHECK(cleared.insert(std::string(field.clears)).second);
    }
  };
  for (const RegisterRow& row : registerRows()) check(row, kWindowBase);
  CHECK(flags == cleared);
  for (const RegisterRow& row : windowRows()) {
    check(row, kWindowStride);
    CHECK(row.fields.size() == 1);
    CHECK(row.fields.front().kind == Kind::Held);
    CHECK(row.fields.front().reset == 0);
  }
}

TEST_CASE("counters and error codes are numbered as they are listed") {
  uint32_t index = 0;
  for (const auto& counter : counterSpecs()) CHECK(counterIndex(counter.name) == index++);
  CHECK_THROWS_AS(counterIndex("laps"), std::logic_error);
  uint32_t code = 0;
  for (const auto& error : errorSpecs()) CHECK(static_cast<uint32_t>(error.code) == code++);
}

}  // namespace intformer
