#include "sw/area/blocks.hpp"

#include <algorithm>
#include <limits>

#include "gen/tables/commands.hpp"
#include "gen/tables/registers.hpp"

namespace intformer::area {
namespace {

using synthesis::FpgaTarget;

constexpr uint64_t ceilDiv(uint64_t a, uint64_t b) {
  return (a + b - 1) / b;
}

// As Yosys weighs them: LUTs of a small memory against a block.
constexpr uint64_t kBlockCost = 128;
constexpr uint64_t kEcp5LutRamCost = 4;         // 16 x 4
constexpr uint64_t kUltrascaleLutRamCost = 16;  // 32 x 14 or 64 x 7

uint64_t lutRamCost(FpgaTarget target, uint64_t width, uint64_t depth) {
  if (target == FpgaTarget::Ecp5) return kEcp5LutRamCost * ceilDiv(width, 4) * ceilDiv(depth, 16);
  return kUltrascaleLutRamCost *
         std::min(ceilDiv(width, 14) * ceilDiv(depth, 32), ceilDiv(width, 7) * ceilDiv(depth, 64));
}

}  // namespace

uint64_t ramBlocks(FpgaTarget target, uint64_t width, uint64_t depth) {
  uint64_t blocks = std::numeric_limits<uint64_t>::max();
  uint64_t rows = 512;  // of 36 bits; half as wide and twice as deep from there
  for (const uint64_t columns : {36, 18, 9, 4, 2, 1}) {
    blocks = std::min(blocks, ceilDiv(width, columns) * ceilDiv(depth, rows));
    rows *= 2;
  }
  return lutRamCost(target, width, depth) < blocks * kBlockCost ? 0 : blocks;
}

uint64_t deviceBlocks(FpgaTarget target, const Plan& plan) {
  const auto ram = [&](uint64_t width, uint64_t depth) { return ramBlocks(target, width, depth); };
  const uint64_t scratch =
      plan.scratchBanks * ram(plan.wordBits(), ceilDiv(plan.scratchWords, plan.scratchBanks));
  const uint64_t accumulator =
      plan.accBanks * ram(uint64_t{plan.dim} * 32, ceilDiv(plan.accRows, plan.accBanks));
  // rtl/vector: maxima and sums with two read ports, squares, means and factors.
  const uint64_t rows = plan.statRows;
  const uint64_t statistics =
      2 * ram(16, rows) + 2 * ram(29, rows) + ram(45, rows) + ram(27, rows) + ram(17, rows);
  const uint64_t gatherList = ram(uint64_t{plan.busBytes} * 8, 64 * 4 / plan.busBytes + 1);
  uint64_t queues = 0;  // of commands, each with its index
  for (std::size_t q = 0; q < kQueueCount; ++q)
    queues += ram(commandBits(static_cast<Queue>(q)) + 32, plan.queueDepth);
  const uint64_t counters = countersOf(plan.counters).size();
  return scratch + accumulator + statistics + gatherList + queues + (counters == 0 ? 0 : ram(64, counters));
}

uint64_t arrayDsps(const Plan& plan) {
  uint64_t dsps = 0;
  for (uint64_t row = 0; row < plan.dim; ++row) {
    const uint64_t products = uint64_t{plan.dspMultipliers} * (row + 1) / plan.dim -
                              uint64_t{plan.dspMultipliers} * row / plan.dim;
    dsps += ceilDiv(products, plan.productsPerDsp());
  }
  return dsps;
}

uint64_t vectorDsps(FpgaTarget target, const Plan& plan) {
  constexpr uint64_t kRowScalar = 11, kPwlLane = 6, kIbertLane = 12;
  const uint64_t halves = target == FpgaTarget::Ecp5 ? 1 : 0;  // of a lane's second product, 27 bits wide
  return kRowScalar + (halves + (plan.family == Family::Ibert ? kIbertLane : kPwlLane)) * plan.lanes;
}

}  // namespace intformer::area
