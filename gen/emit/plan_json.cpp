#include <nlohmann/json.hpp>

#include "gen/emit/emit.hpp"
#include "gen/tables/sizes.hpp"

namespace intformer {

std::vector<EmittedFile> emitPlanJson(const Plan& plan) {
  nlohmann::ordered_json json;
  json["name"] = plan.name;
  json["family"] = familyName(plan.family);
  for (const auto& size : sizeSpecs(plan)) json[std::string(size.name)] = size.value;
  json["word_bits"] = plan.wordBits();
  json["beats_per_word"] = plan.beatsPerWord();
  json["scratch_bytes"] = uint64_t{plan.scratchWords} * plan.dim;
  json["acc_bytes"] = uint64_t{plan.accRows} * plan.dim * 4;
  json["macs_per_cycle"] = plan.dim * plan.dim;
  return {{plan.name + "_plan.json", json.dump(2) + '\n'}};
}

}  // namespace intformer
