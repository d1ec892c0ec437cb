#include "sw/area/terms.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "gen/tables/registers.hpp"

namespace intformer::area {
namespace {

double bits(double value) {
  return std::ceil(std::log2(std::max(value, 2.0)));
}
/// LUTs as RAM come 16 deep.
double lutRows(double depth) {
  return std::ceil(depth / 16);
}

}  // namespace

std::vector<Term> termsOf(std::string_view unit, const Plan& plan) {
  const double dim = plan.dim, lanes = plan.lanes, square = dim * dim, bus = plan.busBytes;
  const double ibert = plan.family == Family::Ibert ? lanes : 0;
  const double added = square - plan.dspMultipliers;
  const double wider = std::max(bus, dim);
  const double pieces = bits(wider / std::min(bus, dim)) * (bus == dim ? 0 : 1);
  const double address = plan.addressBits;
  const auto dma = [&](double outstanding) -> std::vector<Term> {
    return {{"1", 1},
            {"dim", dim},
            {"bus_bytes", bus},
            {"wider * log2(ratio of bus and word)", wider * pieces},
            {"address_bits", address},
            {"windows * address_bits", plan.windowCount * address},
            {"16 bursts", lutRows(outstanding)},
            {"log2(bursts)", bits(outstanding)}};
  };
  if (unit == "matmul")
    return {{"1", 1},
            {"dim", dim},
            {"dim^2", square},
            {"dim^2 * log2(dim)", square * bits(dim)},
            {"products of LUTs", added}};
  if (unit == "accumulator") return {{"1", 1}, {"dim", dim}, {"dim * banks", dim * plan.accBanks}};
  if (unit == "scratchpad")
    return {{"1", 1},
            {"dim", dim},
            {"dim * banks", dim * plan.scratchBanks},
            {"banks * address",
             plan.scratchBanks * bits(static_cast<double>(plan.scratchWords) / plan.scratchBanks)}};
  if (unit == "vector")
    return {{"1", 1},
            {"dim", dim},
            {"lanes", lanes},
            {"lanes of ibert", ibert},
            {"lanes * log2(lanes)", lanes * std::log2(lanes)},
            {"words of 16 out rows", dim * lutRows(plan.outRows())},
            {"rows in the scalar unit", std::ceil(17.0 / plan.scalarInterval())},
            {"statistics in LUTs", plan.statRows < 64 ? plan.statRows : 0.0}};
  if (unit == "load") return dma(plan.outstandingReads);
  if (unit == "store") return dma(plan.outstandingWrites);
  if (unit == "fetch")
    return {{"1", 1},
            {"bus_bytes", bus},
            {"address_bits", address},
            {"16 commands", lutRows(plan.fetchDepth)},
            {"log2(commands)", bits(plan.fetchDepth)}};
  if (unit == "dispatch")
    return {{"1", 1},
            {"dim", dim},
            {"16 commands", lutRows(plan.queueDepth)},
            {"log2(commands)", bits(plan.queueDepth)}};
  if (unit == "registers" || unit == "rest")
    return {{"1", 1},
            {"dim", dim},
            {"bus_bytes", bus},
            {"address_bits", address},
            {"windows * address_bits", plan.windowCount * address},
            {"counters", static_cast<double>(countersOf(plan.counters).size())}};
  throw std::invalid_argument("no unit of the area model: " + std::string(unit));
}

Plan builtFor(synthesis::FpgaTarget target, Plan plan) {
  plan.fabric = target == synthesis::FpgaTarget::Ecp5 ? Fabric::Ecp5 : Fabric::Ultrascale;
  return plan;
}

}  // namespace intformer::area
