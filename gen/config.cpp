#include "gen/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "gen/config_keys.hpp"

namespace intformer {
namespace {

Plan derivePlan(const Settings& s) {
  const auto u = [](int64_t value) { return static_cast<uint32_t>(value); };
  Plan plan;
  plan.name = s.name;
  plan.dim = u(s.dim);
  plan.lanes = u(s.lanes);
  plan.family = s.family == "pwl" ? Family::Pwl : Family::Ibert;
  plan.scratchWords = u(s.scratchpadBytes / s.dim);
  plan.scratchBanks = u(s.scratchpadBanks);
  plan.accRows = u(s.accumulatorBytes / (4 * s.dim));
  plan.accBanks = u(s.accumulatorBanks);
  plan.statRows = u(s.statRows);
  plan.busBytes = u(s.dataBits / 8);
  plan.addressBits = u(s.addressBits);
  plan.maxBurstBeats = u(s.maxBurstBeats);
  plan.outstandingReads = u(s.outstandingReads);
  plan.outstandingWrites = u(s.outstandingWrites);
  plan.queueDepth = u(s.queueDepth);
  plan.fetchDepth = u(s.fetchDepth);
  plan.windowCount = u(s.windows);
  return plan;
}

const ConfigKey* findKey(std::string_view path) {
  for (const auto& key : configKeys())
    if (key.path == path) return &key;
  return nullptr;
}

/// "vector.lanes" -> "vector"
std::string_view tableOf(std::string_view path) { return path.substr(0, path.find('.')); }

bool isTable(std::string_view path) {
  return findKey(path) == nullptr &&
         std::ranges::any_of(configKeys(), [&](auto& key) { return tableOf(key.path) == path; });
}

/// Where a fault is: a spot in the file, or an override.
struct Place {
  std::string file;
  toml::source_position position{};
};

class Loader {
 public:
  explicit Loader(std::string path) : path_(std::move(path)) {}

  ConfigResult load(std::span<const std::string> overrides) {
    if (parseFile()) {
      walk(table_, "");
      const toml::table written = table_;
      for (const auto& text : overrides) override(text);
      for (const auto& key : configKeys()) read(key);
      for (const auto& check : crossChecks()) cross(check);
      noteChanges(written);
    }
    std::ranges::stable_sort(faults_, {}, [](const Diagnostic& d) {
      return std::pair(d.line == 0 ? ~0U : d.line, d.column);
    });
    ConfigResult result;
    if (faults_.empty()) {
      result.plan = derivePlan(settings_);
      result.plan->overrides = changes_;
    }
    result.diagnostics = std::move(faults_);
    return result;
  }

 private:
  void fault(const Place& place, std::string_view key, std::string reason,
             std::string suggestion = {}) {
    bad_.emplace(key);
    faults_.push_back({place.file, place.position.line, place.position.column, std::string(key),
                       std::move(reason), std::move(suggestion)});
  }

  bool parseFile() {
    if (std::ifstream in(path_); !in || std::filesystem::is_directory(path_)) {
      fault({path_}, "", "cannot be read");
      return false;
    }
    try {
      table_ = toml::parse_file(path_);
    } catch (const toml::parse_error& error) {
      fault({path_, error.source().begin}, "", std::string(error.description()));
      return false;
    }
    return true;
  }

  /// Finds what no key of ours is, and remembers where each key stands.
  void walk(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string path = prefix + std::string(name.str());
      places_[path] = {path_, node.source().begin};
      if (findKey(path) != nullptr) continue;
      if (!isTable(path)) {
        unknown({path_, name.source().begin}, path);
      } else if (const auto* sub = node.as_table()) {
        walk(*sub, path + ".");
      } else {
        excused_.insert(path);
        fault(places_[path], path, "must be a table");
      }
    }
  }

  void unknown(const Place& place, const std::string& path) {
    std::set<std::string_view> names;
    for (const auto& key : configKeys()) {
      names.insert(key.path);
      if (path.find('.') == std::string::npos) names.insert(tableOf(key.path));
    }
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const std::string_view meant = nearestWord(path, candidates);
    excused_.emplace(meant);
    fault(place, path,
          meant.empty() ? "unknown key" : fmt::format("unknown key; did you mean {}?", meant));
  }

  void override(const std::string& text) {
    const Place place{"--set " + text};
    const std::size_t equals = text.find('=');
    const std::string path = text.substr(0, equals);
    const ConfigKey* key = findKey(path);
    if (equals == std::string::npos) return fault(place, "", "an override is written key=value");
    if (isTable(path)) return fault(place, path, "is a table; override its keys one by one");
    if (key == nullptr) return unknown(place, path);
    places_[path] = place;
    const std::string value = text.substr(equals + 1);
    if (key->isWord()) return insert(path, toml::value<std::string>(value));
    try {
      insert(path, *toml::parse("value = " + value).get("value"));
    } catch (const toml::parse_error&) {
      fault(place, path, fmt::format("must be an integer, got \"{}\"", value));
    }
  }

  void insert(const std::string& path, const toml::node& value) {
    const std::size_t dot = path.find('.');
    toml::table* table = &table_;
    if (dot != std::string::npos) {
      table_.insert(path.substr(0, dot), toml::table{});
      table = table_[path.substr(0, dot)].as_table();
    }
    if (table != nullptr) table->insert_or_assign(path.substr(dot + 1), value);
  }

  /// The overrides that made a difference, each once, however they were given.
  void noteChanges(const toml::table& written) {
    for (const auto& key : configKeys()) {
      if (bad_.contains(key.path) || key.path == "name") continue;
      const auto before = written.at_path(key.path);
      const std::string value =
          key.isWord() ? settings_.*key.word : std::to_string(settings_.*key.number);
      if (key.isWord() ? before.value<std::string>() == value
                       : before.value<int64_t>() == settings_.*key.number)
        continue;
      changes_.push_back(fmt::format("{}={}", key.path, value));
    }
  }

  [[nodiscard]] Place placeOf(std::string_view path) const {
    const std::string full(path);
    if (const auto at = places_.find(full); at != places_.end()) return at->second;
    if (const auto at = places_.find(std::string(tableOf(path))); at != places_.end())
      return at->second;
    return {path_, {1, 1}};
  }

  void read(const ConfigKey& key) {
    const std::string path(key.path);
    if (bad_.contains(path)) return;
    const auto node = table_.at_path(path);
    if (!node) {
      const bool excused = excused_.contains(path) || excused_.contains(tableOf(path));
      if (!excused) fault(placeOf(path), path, "missing");
      bad_.insert(path);
    } else if (key.isWord() ? !node.is_string() : !node.is_integer()) {
      std::ostringstream type;
      type << node.type();
      fault(placeOf(path), path, fmt::format("must be {}, got a value of type {}",
                                             key.isWord() ? "a string" : "an integer", type.str()));
    } else if (const auto refusal = take(key, node)) {
      fault(placeOf(path), path, refusal->reason, refusal->suggestion);
    }
  }

  std::optional<Refusal> take(const ConfigKey& key, const toml::node_view<toml::node>& node) {
    if (key.isWord()) return checkWord(key, settings_.*key.word = *node.value<std::string>());
    return checkNumber(key, settings_.*key.number = *node.value<int64_t>());
  }

  /// Values that are wrong by themselves are not blamed a second time.
  void cross(const CrossCheck& check) {
    for (const auto path : check.needs)
      if (bad_.contains(path)) return;
    if (const auto refusal = check.check(settings_))
      fault(placeOf(check.needs[0]), check.needs[0], refusal->reason, refusal->suggestion);
  }

  std::string path_;
  toml::table table_;
  Settings settings_;
  std::map<std::string, Place> places_;
  std::set<std::string, std::less<>> excused_;  ///< missing because misspelt, which is reported
  std::set<std::string, std::less<>> bad_;  ///< keys that already have a fault
  std::vector<std::string> changes_;  ///< by overrides, "vector.lanes=8"
  std::vector<Diagnostic> faults_;
};

}  // namespace

std::string Diagnostic::text() const {
  std::string text = file;
  if (line != 0) text += fmt::format(":{}:{}", line, column);
  if (!key.empty()) text += ": " + key;
  text += ": " + reason;
  return suggestion.empty() ? text : text + "; nearest legal: " + suggestion;
}

ConfigResult loadConfig(const std::string& path, std::span<const std::string> overrides) {
  return Loader(path).load(overrides);
}

}  // namespace intformer
