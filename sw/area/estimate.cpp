#include "sw/area/estimate.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "sw/area/blocks.hpp"
#include "sw/area/design.hpp"
#include "sw/area/terms.hpp"

namespace intformer::area {

using synthesis::FpgaTarget;

const UnitArea& Area::unit(std::string_view name) const {
  for (const UnitArea& each : units)
    if (each.unit == name) return each;
  throw std::out_of_range("no unit " + std::string(name));
}

Area estimateArea(FpgaTarget target, const Plan& anyPlan, const Table& table) {
  const auto family = table.families.find(synthesis::targetName(target));
  if (family == table.families.end())
    throw std::runtime_error("the area model has no devices of " + synthesis::targetName(target));
  const Plan plan = builtFor(target, anyPlan);
  Area area{.target = target, .units = {}, .fit = family->second, .beyond = {}};
  for (const std::string_view unit : kUnits) {
    UnitArea sums{.unit = std::string(unit)};
    const auto add = [&](std::string_view figure, double& sum) {
      const auto of = area.fit.coefficients.find(sums.unit);
      if (of == area.fit.coefficients.end()) return;
      const auto factors = of->second.find(std::string(figure));
      if (factors == of->second.end()) return;
      for (const Term& term : termsOf(unit, plan))
        if (const auto factor = factors->second.find(std::string(term.name));
            factor != factors->second.end())
          sum += factor->second * term.value;
    };
    add("lut", sums.luts);
    add("lut_ram", sums.lutRams);
    add("ff", sums.flipFlops);
    area.luts += sums.luts;
    area.lutRams += sums.lutRams;
    area.flipFlops += sums.flipFlops;
    area.units.push_back(std::move(sums));
  }
  area.dsps = arrayDsps(plan) + vectorDsps(target, plan);
  area.blockRams = deviceBlocks(target, plan);
  for (const auto& [key, value] : settingsOf(plan)) {
    const auto range = area.fit.ranges.find(key);
    const auto [low, high] =
        range == area.fit.ranges.end() ? std::pair(value, value) : range->second;
    if (value < low || value > high)
      area.beyond.push_back(
          fmt::format("{} {} ({})", key, value,
                      low == high ? std::to_string(low) : fmt::format("{} to {}", low, high)));
  }
  return area;
}

Area estimateArea(FpgaTarget target, const Plan& plan) {
  static const Table table = readTable(embeddedTable());
  return estimateArea(target, plan, table);
}

std::vector<FpgaTarget> targetsOf(const Plan& plan) {
  if (plan.fabric == Fabric::Ecp5) return {FpgaTarget::Ecp5};
  if (plan.fabric == Fabric::Ultrascale) return {FpgaTarget::UltraScalePlus};
  return {FpgaTarget::Ecp5, FpgaTarget::UltraScalePlus};
}

std::string whyOutdated(const Table& table) {
  if (table.design == designHash()) return {};
  return fmt::format(
      "the area model was fitted to an older design ({}); `make area-model` renews it",
      table.design);
}

}  // namespace intformer::area
