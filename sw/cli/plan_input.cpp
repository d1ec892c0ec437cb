#include "sw/cli/plan_input.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "gen/config.hpp"
#include "sw/model/bert.hpp"
#include "sw/places/places.hpp"

namespace intformer::cli {

std::optional<Plan> readPlan(const std::string& config, std::span<const std::string> overrides) {
  const std::string path = places::hereOrOwn(config);
  ConfigResult result = loadConfig(path, overrides);
  if (!result.plan && model::loadModelSpec(path).spec)
    fmt::print(stderr, "{}: a model, not a hardware config, as configs/base16.toml is one\n", config);
  else
    for (const Diagnostic& fault : result.diagnostics) fmt::print(stderr, "{}\n", fault.text());
  return std::move(result.plan);
}

}  // namespace intformer::cli
