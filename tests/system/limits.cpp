#include "tests/system/limits.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "gen/config.hpp"
#include "gen/config_keys.hpp"

namespace intformer::system_test {
namespace {

using Values = std::map<std::string, std::string>;  ///< by key

/// The ends of a key's range: of words, its shortest and longest or all that there are.
std::vector<std::string> endsOf(const ConfigKey& key) {
  if (!key.isWord()) return {std::to_string(key.low), std::to_string(key.high)};
  if (const auto words = key.words(); !words.empty()) return {words.begin(), words.end()};
  if (key.path != "name") throw std::logic_error("what are the ends of " + std::string(key.path));
  std::string longest = "z";
  while (!checkWord(key, longest + "z")) longest += "z";
  return {"a", longest};
}

/// The nearest device to `values` that the loader takes; `values` becomes what it took.
Plan nearest(Values& values, std::string* refusal = nullptr, const std::string& of = {}) {
  for (int attempt = 0; attempt < 30; ++attempt) {
    std::vector<std::string> overrides;
    for (const auto& [key, value] : values) overrides.push_back(key + "=" + value);
    const ConfigResult result = loadConfig("configs/tiny4.toml", overrides);
    if (result.plan) return *result.plan;
    const Diagnostic& fault = result.diagnostics.front();
    if (fault.suggestion.empty()) throw std::runtime_error(fault.text());
    if (refusal != nullptr && fault.key == of) *refusal = fault.reason;
    values[fault.key] = fault.suggestion;
  }
  throw std::logic_error("the loader's suggestions lead nowhere");
}

std::string nameOf(std::string_view key, std::size_t end) {
  return (end == 0 ? "low_" : end == 1 ? "high_" : "last_") + std::string(key.substr(key.find('.') + 1));
}

}  // namespace

std::string Limit::text() const {
  return key + "=" + wanted + (reached() ? "" : ", which became " + value);
}

uint64_t Limit::memoryBytes() const {
  return (plan.scratchWords + uint64_t{4} * plan.accRows) * plan.dim;
}

std::vector<Limit> everyLimit() {
  std::vector<Limit> limits;
  for (const ConfigKey& key : configKeys()) {
    const auto ends = endsOf(key);
    for (std::size_t end = 0; end < ends.size(); ++end)
      // On the smallest array; where that allows no more and the largest does, also on that.
      for (const std::string dim : {"4", "64"}) {
        Limit limit{std::string(key.path), ends[end], {}, {}, {}};
        Values values = {{"name", nameOf(key.path, end)}, {"array.dim", dim}};
        values[limit.key] = limit.wanted;
        limit.plan = nearest(values, &limit.refusal, limit.key);
        limit.value = values[limit.key];
        const bool reached = limit.reached();
        if (reached || dim == "4") limits.push_back(std::move(limit));
        if (reached) break;
      }
  }
  return limits;
}

std::vector<Plan> combinedLimits() {
  const std::vector<std::string> names = {"all_low", "all_high", "low_first", "high_first"};
  std::vector<Plan> plans;
  for (std::size_t pattern = 0; pattern < names.size(); ++pattern) {
    Values values;
    std::size_t index = 0;
    for (const ConfigKey& key : configKeys()) {
      // Not to part a large scratchpad from a wide bus: filling it would take minutes.
      const std::size_t turn = key.path == "vector.activations" ? index % 2 : index++ % 2;
      const std::size_t end = pattern < 2 ? pattern : turn ^ (pattern - 2);
      values[std::string(key.path)] = end == 0 ? endsOf(key).front() : endsOf(key).back();
    }
    values["name"] = names[pattern];
    values["array.dim"] = "4";
    plans.push_back(nearest(values));
  }
  return plans;
}

}  // namespace intformer::system_test
