#include "sw/area/design.hpp"

#include <fmt/format.h>

#include "gen/config_keys.hpp"
#include "gen/emit/emit.hpp"
#include "gen/library.hpp"
#include "sw/files/hash.hpp"

namespace intformer::area {
namespace {

/// Sizes are a config's; what else is emitted is the same for all of them.
Plan anyPlan() {
  Plan plan;
  plan.name = "any";
  plan.dim = plan.lanes = 8;
  plan.scratchWords = 4096;
  plan.scratchBanks = plan.accBanks = 2;
  plan.accRows = 256;
  plan.statRows = 64;
  plan.busBytes = 8;
  plan.addressBits = 32;
  plan.maxBurstBeats = 16;
  plan.outstandingReads = plan.outstandingWrites = 4;
  plan.queueDepth = plan.fetchDepth = 4;
  plan.windowCount = 2;
  plan.dspMultipliers = 64;
  return plan;
}

}  // namespace

std::string codeOf(std::string_view text) {
  std::string code;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) == "//") {
      at = text.find('\n', at);
      if (at == text.npos) break;
    } else if (text.substr(at, 2) == "/*") {
      at = text.find("*/", at);
      if (at == text.npos) break;
      ++at;
    } else if (text[at] != ' ' && text[at] != '\n') {
      code += text[at];
    }
  }
  return code;
}

std::string designHash() {
  uint64_t hash = files::fnv1a("");
  for (const EmittedFile& file : libraryFiles()) hash = files::fnv1a(codeOf(file.text), hash);
  const Plan plan = anyPlan();
  for (const EmittedFile& file :
       {emitPackage(plan), emitCommandCheck(), emitRegisters(plan), emitVectorDecode()})
    hash = files::fnv1a(codeOf(file.text), hash);
  return fmt::format("{:#018x}", hash);
}

std::vector<std::pair<std::string, uint64_t>> settingsOf(const Plan& plan) {
  const ConfigValues dim = {{"array.dim", plan.dim}};
  std::vector<std::pair<std::string, uint64_t>> settings;
  for (const ConfigKey& key : configKeys()) {
    const std::string path(key.path);
    if (const auto* number = std::get_if<uint32_t Plan::*>(&key.member); number != nullptr) {
      if (path != "target.clock_mhz")
        settings.emplace_back(path,
                              uint64_t{plan.**number} * (key.unit == nullptr ? 1 : key.unit(dim)));
    } else if (!key.words().empty() && path != "target.family") {
      settings.emplace_back(path, key.wordOf(plan));
    }
  }
  return settings;
}

std::string settingsHash(const Plan& plan) {
  uint64_t hash = files::fnv1a("");
  for (const auto& [key, value] : settingsOf(plan))
    hash = files::fnv1a(fmt::format("{}={}\n", key, value), hash);
  return fmt::format("{:#018x}", hash);
}

}  // namespace intformer::area
