// The table of operands against what commands do, listed by hand.
#include "gen/tables/operands.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/operands_by_hand.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

std::set<Touched> addressesOf(const CommandOperands& operands, std::span<const uint32_t> list) {
  std::set<Touched> addresses;
  for (const CommandOperand& operand : operands)
    for (uint64_t block = 0; block < operand.blocks; ++block)
      for (uint64_t row = 0; row < operand.rows; ++row)
        for (uint64_t unit = 0; unit < operand.units; ++unit)
          addresses.insert({operand.space(), operand.write(),
                            operand.at(operand.spec->byList ? list[block] : block, row) + unit});
  return addresses;
}

/// Parts of the statistics that a command needs, or gives.
uint8_t partsOf(const Command& command, bool write) {
  uint8_t parts = 0;
  for (const CommandOperand& operand : operandsOf(command, 16))
    if (operand.write() == write) parts |= operand.spec->parts;
  return parts;
}

}  // namespace

TEST_CASE("the operands of a command are the addresses that it touches", "[operands]") {
  RandomSource random(1);
  for (const OpcodeSpec& opcode : opcodes())
    for (const uint32_t dim : {4U, 16U})
      for (int round = 0; round < 100; ++round) {
        const Command command = randomLegalCommand(opcode.opcode, dim, random);
        const std::vector<uint32_t> list = randomList(command, random);
        INFO(opcode.name << ", dim " << dim << ", round " << round);
        REQUIRE(addressesOf(operandsOf(command, dim), list) ==
                TouchedByHand(command, dim, list).addresses);
      }
}

TEST_CASE("an operand is listed once, reads before writes, by fields of its opcode", "[operands]") {
  for (const OpcodeSpec& opcode : opcodes()) {
    INFO(opcode.name);
    const auto operands = operandSpecs(opcode.opcode);
    CHECK(operands.size() <= CommandOperands::kMost);
    CHECK(std::ranges::is_sorted(operands, {}, &OperandSpec::write));
    const Command command(opcode.opcode);
    for (const OperandSpec& operand : operands) {
      CHECK(command.has(operand.address));
      for (const auto& field : {operand.stride, operand.step, operand.when, operand.unless,
                                operand.units.doubledBy})
        CHECK((!field || command.has(*field)));
      CHECK((operand.parts != 0) == (operand.space == Space::Statistics));
    }
  }
}

TEST_CASE("statistics are needed and given part by part", "[operands]") {
  const auto init = [](Opcode opcode, bool fresh) {
    return Command(opcode).set(Field::StatsInit, fresh);
  };
  CHECK(partsOf(init(Opcode::RowMax, true), false) == 0);
  CHECK(partsOf(init(Opcode::RowMax, false), false) == Maximum);
  CHECK(partsOf(init(Opcode::RowMax, true), true) == Maximum);
  CHECK(partsOf(init(Opcode::Exp, true), false) == Maximum);
  CHECK(partsOf(init(Opcode::Exp, false), false) == (Maximum | SoftmaxSum));
  CHECK(partsOf(init(Opcode::Exp, false), true) == SoftmaxSum);
  for (const bool fresh : {false, true}) {
    Command residual = init(Opcode::Residual, fresh);
    CHECK((partsOf(residual, false) | partsOf(residual, true)) == 0);
    residual.set(Field::Stats, 1);
    CHECK(partsOf(residual, false) == (fresh ? 0 : NormSum));
    CHECK(partsOf(residual, true) == NormSum);
  }
  CHECK(partsOf(Command(Opcode::RowScalarSoftmax), false) == SoftmaxSum);
  CHECK(partsOf(Command(Opcode::RowScalarSoftmax), true) == SoftmaxScalar);
  CHECK(partsOf(Command(Opcode::RowScalarLayerNorm), false) == NormSum);
  CHECK(partsOf(Command(Opcode::RowScalarLayerNorm), true) == NormScalar);
  CHECK(partsOf(Command(Opcode::RowNormalize), false) == SoftmaxScalar);
  CHECK(partsOf(Command(Opcode::LayerNorm), false) == NormScalar);
  CHECK(samePlace(Maximum) == Maximum);
  CHECK(samePlace(NormSum) == (SoftmaxSum | NormSum));
  CHECK(samePlace(SoftmaxScalar) == (SoftmaxScalar | NormScalar));
}

TEST_CASE("the row-scalar unit executes what touches statistics alone", "[operands]") {
  for (const OpcodeSpec& opcode : opcodes()) {
    const auto operands = operandSpecs(opcode.opcode);
    const bool alone =
        !operands.empty() && std::ranges::all_of(operands, [](const OperandSpec& operand) {
          return operand.space == Space::Statistics;
        });
    CHECK(isRowScalar(opcode.opcode) == alone);
  }
}
