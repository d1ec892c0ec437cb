#include "gen/device.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "gen/tables/registers.hpp"
#include "gen/tables/sizes.hpp"
#include "sw/files/hash.hpp"
#include "sw/version/version.hpp"

namespace intformer {

std::string deviceName(const Plan& plan) {
  std::string text = plan.name;
  for (const std::string& change : plan.overrides)
    text += (&change == &plan.overrides.front() ? " (" : ", ") + change;
  return plan.overrides.empty() ? text : text + ')';
}

uint64_t configHash(const Plan& plan) {
  std::string text;
  for (const auto& size : sizeSpecs(plan)) text += fmt::format("{}={}\n", size.name, size.value);
  text += fmt::format("family={}\n", familyName(plan.family));
  // A device that has all counters keeps the hash of those from before there was a choice.
  if (plan.counters != Counters::Full)
    text += fmt::format("counters={}\n", countersName(plan.counters));
  // So does one with tables, which are new to programs from before.
  if (plan.activations != Activations::Table)
    text += fmt::format("activations={}\n", activationsName(plan.activations));
  return files::fnv1a(text);
}

std::string configHashText(const Plan& plan) { return fmt::format("{:#018x}", configHash(plan)); }

nlohmann::ordered_json planJson(const Plan& plan) {
  nlohmann::ordered_json json;
  json["name"] = plan.name;
  json["overrides"] = plan.overrides;
  json["config_hash"] = configHashText(plan);
  json["interface_version"] = kDeviceVersion;
  json["family"] = familyName(plan.family);
  json["activations"] = activationsName(plan.activations);
  json["counters"] = countersName(plan.counters);
  json["target"] = fabricName(plan.fabric);
  json["clock_mhz"] = plan.clockMhz;
  for (const auto& size : sizeSpecs(plan)) json[std::string(size.name)] = size.value;
  json["word_bits"] = plan.wordBits();
  json["beats_per_word"] = plan.beatsPerWord();
  json["scratch_bytes"] = uint64_t{plan.scratchWords} * plan.dim;
  json["acc_bytes"] = uint64_t{plan.accRows} * plan.dim * 4;
  json["macs_per_cycle"] = plan.dim * plan.dim;
  return json;
}

nlohmann::ordered_json reportHead(const Plan& plan) {
  return {{"generator", "intformer " + std::string(version::programVersion())},
          {"config", deviceName(plan)},
          {"plan", planJson(plan)}};
}

std::string memoryText(std::string_view dram, uint32_t latency, double stall, uint64_t seed) {
  const std::string text = dram.empty() ? fmt::format("memory latency {} cycles", latency)
                                        : fmt::format("memory {}", dram);
  return stall == 0 ? text : fmt::format("{}, stall {} (seed {})", text, stall, seed);
}

}  // namespace intformer
