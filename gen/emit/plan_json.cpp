#include <nlohmann/json.hpp>

#include "gen/device.hpp"
#include "gen/emit/emit.hpp"
#include "sw/version/version.hpp"

namespace intformer {

std::vector<EmittedFile> emitPlanJson(const Plan& plan) {
  nlohmann::ordered_json json = {
      {"generator", "intformer " + std::string(version::programVersion())}};
  json.update(planJson(plan));
  return {{plan.name + "_plan.json", json.dump(2) + '\n'}};
}

}  // namespace intformer
