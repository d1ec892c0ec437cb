#include "fpga/program/device.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "fpga/board/emit.hpp"
#include "gen/config.hpp"
#include "gen/fabric.hpp"
#include "sw/area/terms.hpp"
#include "sw/places/places.hpp"

namespace intformer::fpga {

Plan readDevice(const std::string& config, const std::vector<std::string>& overrides,
                synthesis::FpgaTarget target) {
  const std::string key = "target.family=";
  const Fabric fabric = area::builtFor(target, Plan{}).fabric;
  std::vector<std::string> settings = {key + std::string(fabricName(fabric))};
  settings.insert(settings.end(), overrides.begin(), overrides.end());
  ConfigResult result = loadConfig(places::hereOrOwn(config), settings);
  if (!result.plan) {
    std::string faults;
    for (const Diagnostic& fault : result.diagnostics)
      faults += fmt::format("{}{}", faults.empty() ? "" : "\n", fault.text());
    throw std::runtime_error(faults);
  }
  Plan plan = std::move(*result.plan);
  // What the config says of the family does not count here: only another one than the target's is
  // a change.
  std::erase_if(plan.overrides, [&](const std::string& change) { return change.starts_with(key); });
  if (plan.fabric != fabric) plan.overrides.push_back(key + std::string(fabricName(plan.fabric)));
  return plan;
}

BoardDevice chosenBoard(const BoardChoice& choice) {
  BoardDevice chosen{fpga_board::readBoard(places::hereOrOwn(choice.board)),
                     readDevice(choice.config, choice.overrides)};
  if (const std::string why = fpga_board::whyNotOn(chosen.board, chosen.plan); !why.empty())
    throw std::runtime_error(fmt::format("{}: {}", choice.config, why));
  return chosen;
}

std::filesystem::path bitstreamOf(const BoardChoice& choice, const fpga_board::Board& board,
                                  const Plan& plan) {
  return std::filesystem::path(choice.out) / board.name / (plan.name + ".bit");
}

}  // namespace intformer::fpga
