// Vector commands whose addresses leave the scratchpad or the accumulator.
#include <optional>

#include "gen/tables/registers.hpp"
#include "tests/catch.hpp"
#include "tests/rtl_vector/devices.hpp"

using namespace intformer;
using namespace intformer::test;

namespace {

struct Fault {
  ErrorCode code;
  uint64_t addr;
  bool operator==(const Fault&) const = default;
};

/// Sizes of the devices' memories (CMakeLists.txt).
template <typename D>
struct Memories {
  static constexpr uint64_t kScratchWords = D::kDim == 16 ? 32768 : 65536 / D::kDim;
  static constexpr uint64_t kAccRows = D::kDim == 16 ? 1024 : 16384 / (4 * D::kDim);
};

/// The first address out of range in the order of the work, looked for word by word.
template <typename D>
std::optional<Fault> firstFault(const AnyCommand& command) {
  const auto field = [&](Field f) { return static_cast<uint64_t>(command.get(f)); };
  std::optional<Fault> fault;
  const auto touch = [&](ErrorCode code, uint64_t address, uint64_t end) {
    if (!fault && address >= end) fault = Fault{code, address};
  };
  const auto word = [&](uint64_t address) {
    touch(ErrorCode::ScratchRange, address, Memories<D>::kScratchWords);
  };
  const Opcode op = command.opcode();
  const bool norm = op == Opcode::LayerNorm, residual = op == Opcode::Residual;
  const bool logits = (op == Opcode::RowMax || op == Opcode::Exp) && field(Field::In16) != 0;
  const bool in16 = norm || logits || (residual && field(Field::In16) != 0);
  const uint64_t in = in16 ? 2 : residual || op == Opcode::ActivationTable ? 1 : 0;
  const bool table = op == Opcode::ActivationTable;
  const bool out16 = residual || field(Field::Out16) != 0;
  const bool out8 = op == Opcode::Requantize ? !out16
                    : norm                   ? field(Field::Out8) != 0
                                             : !residual && op != Opcode::RowMax && !table;
  const uint64_t constants = constantBytes(op);
  for (uint64_t p = 0; p < field(Field::Panels) && !fault; ++p) {
    for (uint64_t w = 0; w < constants; ++w) word(field(Field::ConstAddr) + p * constants + w);
    for (uint64_t r = 0; r < field(Field::Rows); ++r) {
      if (!norm && !logits && !table)
        touch(ErrorCode::AccumulatorRange,
              field(Field::AccAddr) + p * field(Field::AccStride) + r, Memories<D>::kAccRows);
      for (uint64_t w = 0; w < in; ++w)
        word(field(Field::InAddr) + p * field(Field::InStride) + in * r + w);
      if (out8) word(field(Field::OutAddr) + p * field(Field::OutStride) + r);
      for (uint64_t w = 0; w < 2 && out16; ++w)
        word(field(Field::Out16Addr) + p * field(Field::Out16Stride) + 2 * r + w);
    }
  }
  return fault;
}

constexpr Opcode kOpcodes[] = {Opcode::Requantize, Opcode::Residual, Opcode::Activation,
                               Opcode::RowMax,     Opcode::Exp,      Opcode::RowNormalize,
                               Opcode::LayerNorm,  Opcode::ActivationTable};

/// A command that may leave its memories in one or several ways.
template <typename D>
AnyCommand drawFaulty(Pair<D>& pair, Opcode op) {
  const auto number = [&](int64_t low, int64_t high) { return pair.commands.number(low, high); };
  AnyCommand command(op);
  command.set(Field::Rows, number(1, 40)).set(Field::Panels, number(1, 5));
  command.set(Field::Stats, number(0, 1)).set(Field::StatsInit, 1).set(Field::Shift, 16);
  command.set(Field::In16, number(0, 1)).set(Field::Out16, number(0, 1));
  const bool both = op == Opcode::LayerNorm && number(0, 1) != 0;
  command.set(Field::Out8, command.get(Field::Out16) == 0 || both);
  const auto place = [&](Field address, Field stride, int64_t end) {
    const int64_t near[] = {number(0, 50), end - number(0, 90), end + number(0, 3), 0xffffff};
    const int64_t steps[] = {number(0, 90), end / 2, 0xffffff - number(0, 60)};
    command.set(address, near[number(0, 9) == 0 ? number(2, 3) : number(0, 1)]);
    if (stride != Field::Count) command.set(stride, steps[number(0, 3) == 0 ? number(1, 2) : 0]);
  };
  const auto words = static_cast<int64_t>(Memories<D>::kScratchWords);
  place(Field::AccAddr, Field::AccStride, static_cast<int64_t>(Memories<D>::kAccRows));
  place(Field::InAddr, Field::InStride, words);
  place(Field::OutAddr, Field::OutStride, words);
  place(Field::Out16Addr, Field::Out16Stride, words);
  place(Field::ConstAddr, Field::Count, words);
  return command;
}

}  // namespace

TEMPLATE_TEST_CASE("of several faults in a vector command the first in the order of the work is "
                   "reported", "", Tiny4, Tiny4Single, Edge8, Base16Pwl) {
  Pair<TestType> pair(11);
  auto& bench = pair.bench;
  bench.scratch.resize(Memories<TestType>::kScratchWords * TestType::kDim);
  bench.acc.resize(Memories<TestType>::kAccRows * TestType::kDim);
  Command good(Opcode::Requantize);
  good.set(Field::Rows, 20).set(Field::Panels, 2).set(Field::Out8, 1).set(Field::AccStride, 20);
  good.set(Field::OutStride, 20);
  int tried = 0;
  for (uint32_t seed = 0; tried < 200; ++seed) {
    const AnyCommand command = drawFaulty(pair, kOpcodes[seed % std::size(kOpcodes)]);
    const auto expected = firstFault<TestType>(command);
    if (!expected) continue;
    ++tried;
    CAPTURE(seed, std::string(nameOf(command.opcode())));
    bench.stall = seed % 3 * 0.3;
    bench.writeStall = seed % 5 == 0 ? 0.9 : 0;
    bench.errors.clear();
    bench.done.clear();
    bench.accepted.clear();
    bench.clearQueue();
    bench.push(good);
    bench.push(command);
    bench.push(good);
    for (int i = 0; i < 20000 && bench.errors.empty(); ++i) bench.tick();
    for (int i = 0; i < 100; ++i) bench.tick();  // it is reported once
    REQUIRE(bench.errors.size() == 1);
    REQUIRE(bench.errors[0].index == 1);
    REQUIRE(Fault{static_cast<ErrorCode>(bench.errors[0].code), bench.errors[0].addr} == *expected);
    REQUIRE(bench.done.size() == 1);
    bench.top.rst_ni = 0;
    bench.tick();
    bench.tick();
    bench.top.rst_ni = 1;
  }
}
