#include "sw/cli/area_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "sw/area/estimate.hpp"

namespace intformer::cli {
namespace {

using area::Area;
using synthesis::FpgaTarget;

/// Figures that are about right have three digits: 17,714 is 17700.
uint64_t rounded(double value) {
  const double unit = value < 1000 ? 1 : std::pow(10.0, std::floor(std::log10(value)) - 2);
  return static_cast<uint64_t>(std::llround(value / unit) * std::llround(unit));
}

std::string about(double value, const char* name, const char* figure, const Area& area) {
  const auto error = area.fit.errors.find(figure);
  if (error == area.fit.errors.end()) return fmt::format("about {} {}", rounded(value), name);
  return fmt::format("about {} {} (+-{:.0f} %)", rounded(value), name,
                     std::ceil(100 * error->second.worst));
}

bool isEcp5(const Area& area) {
  return area.target == FpgaTarget::Ecp5;
}
const char* lutName(const Area& area) {
  return isEcp5(area) ? "LUT4" : "LUT";
}
const char* familyTitle(const Area& area) {
  return isEcp5(area) ? "Lattice ECP5" : "AMD UltraScale+";
}

std::string vectorLuts(const report::LanesRow& row, FpgaTarget target) {
  return fmt::format("{}", rounded(area::estimateArea(target, row.plan).unit("vector").luts));
}

void warnOfAge() {
  const std::string age = area::whyOutdated(area::readTable(area::embeddedTable()));
  if (!age.empty()) fmt::print("\nnote: {}\n", age);
}

}  // namespace

void printArea(const Plan& plan, const SizedRun* run) {
  for (const FpgaTarget target : area::targetsOf(plan)) {
    const Area area = area::estimateArea(target, plan);
    fmt::print("\n{} on {}\n", deviceName(plan), familyTitle(area));
    fmt::print("  {}, {}, {}\n", about(area.luts, lutName(area), "lut", area),
               about(area.lutRams, "LUTs as RAM", "lut_ram", area),
               about(area.flipFlops, "flip-flops", "ff", area));
    fmt::print("  {} DSPs, {} {} (counted)\n", area.dsps, area.blockRams,
               isEcp5(area) ? "DP16KDs" : "RAMB18s");
    fmt::print("  {} MACs a cycle: {:.1f} per 1000 {}s\n", plan.dim * plan.dim,
               1000.0 * plan.dim * plan.dim / area.luts, lutName(area));
    if (area.fit.devices < area::kEnoughDevices)
      fmt::print("  rough: fitted to {} mapped devices alone\n", area.fit.devices);
    if (!area.beyond.empty()) {
      fmt::print("  beyond what was measured, where the errors say nothing:");
      for (const std::string& size : area.beyond)
        fmt::print(" {}{}", size, &size == &area.beyond.back() ? "\n" : ",");
    }
    if (run == nullptr || plan.clockMhz == 0) continue;
    const double seconds = static_cast<double>(run->cycles) / (plan.clockMhz * 1e6);
    fmt::print("  at {} MHz: {:.2f} ms, {:.0f} tokens per second, {:.1f} of them per 1000 {}s\n",
               plan.clockMhz, 1e3 * seconds, run->tokens / seconds,
               1e3 * run->tokens / seconds / area.luts, lutName(area));
  }
  fmt::print(
      "\nLUTs and flip-flops: a fit to mapped devices; +- is the worst of them, when predicted "
      "from the "
      "others\n");
  if (run != nullptr && plan.clockMhz == 0)
    fmt::print("seconds: --set target.clock_mhz=N says at which clock\n");
  warnOfAge();
}

nlohmann::ordered_json areaJson(const Plan& plan) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const FpgaTarget target : area::targetsOf(plan)) {
    const Area area = area::estimateArea(target, plan);
    nlohmann::ordered_json entry = {{"family", synthesis::targetName(target)},
                                    {"lut", std::llround(area.luts)},
                                    {"lut_ram", std::llround(area.lutRams)},
                                    {"ff", std::llround(area.flipFlops)},
                                    {"dsp", area.dsps},
                                    {"ram_blocks", area.blockRams},
                                    {"macs_per_lut", plan.dim * plan.dim / area.luts},
                                    {"beyond_measured", area.beyond}};
    for (const auto& [figure, error] : area.fit.errors)
      entry["errors"][figure] = {{"median", error.median}, {"worst", error.worst}};
    for (const area::UnitArea& unit : area.units)
      entry["units"][unit.unit] = {{"lut", std::llround(unit.luts)},
                                   {"lut_ram", std::llround(unit.lutRams)},
                                   {"ff", std::llround(unit.flipFlops)}};
    json.push_back(std::move(entry));
  }
  return json;
}

void printLanes(std::span<const report::LanesRow> rows) {
  if (rows.empty()) return;
  const std::vector<FpgaTarget> targets = area::targetsOf(rows.front().plan);
  const auto title = [](FpgaTarget target) {
    return target == FpgaTarget::Ecp5 ? "vector unit LUT4" : "LUT of UltraScale+";
  };
  fmt::print("\n{:>5} {:>12} {:>8}", "lanes", "cycles", "more");
  for (const FpgaTarget target : targets) fmt::print("  {:>20}", title(target));
  fmt::print("\n");
  for (const report::LanesRow& row : rows) {
    fmt::print("{:>5} {:>12} {:>6.2f} %", row.plan.lanes, row.cycles, 100 * row.loss);
    for (const FpgaTarget target : targets) fmt::print("  {:>20}", vectorLuts(row, target));
    fmt::print("{}\n", row.proposed ? "  <- proposed" : "");
  }
  fmt::print("\nproposed: the fewest lanes that cost this model less than {:.1f} % of its cycles\n",
             100 * report::kLanesMayCost);
  for (const FpgaTarget target : targets) {
    const Area area = area::estimateArea(target, rows.front().plan);
    if (area.fit.devices < area::kEnoughDevices)
      fmt::print("{}: rough, fitted to {} mapped devices alone\n", title(target), area.fit.devices);
    else if (!area.beyond.empty())
      fmt::print("{}: a device beyond those that were mapped (--area says in what)\n", title(target));
  }
  warnOfAge();
}

nlohmann::ordered_json lanesJson(std::span<const report::LanesRow> rows) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const report::LanesRow& row : rows)
    json.push_back({{"lanes", row.plan.lanes},
                    {"cycles", row.cycles},
                    {"loss", row.loss},
                    {"proposed", row.proposed}});
  return json;
}

}  // namespace intformer::cli
