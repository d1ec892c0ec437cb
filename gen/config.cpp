#include "gen/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "gen/config_keys.hpp"
#include "gen/toml_file.hpp"

namespace intformer {
namespace {

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
      crossSuggestions();
      if (faults_.empty()) noteChanges(written);
    }
    std::ranges::stable_sort(faults_, {}, [](const Diagnostic& d) {
      return std::pair(d.line == 0 ? ~0U : d.line, d.column);
    });
    ConfigResult result;
    if (faults_.empty()) result.plan = std::move(plan_);
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
    TomlFile file = readToml(path_, {"hardware config", "configs/base16.toml"});
    if (file.fault) {
      faults_.push_back(std::move(*file.fault));
      return false;
    }
    table_ = std::move(file.table);
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
    overridden_.insert(path);
    std::string value = text.substr(equals + 1);
    if (key->isWord()) {
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')  // as in a file
        value = value.substr(1, value.size() - 2);
      return insert(path, toml::value<std::string>(value));
    }
    try {
      const std::string line = "value = " + value;
      const toml::table parsed = tooDeep(line).line == 0 ? toml::parse(line) : toml::table();
      if (parsed.size() == 1) return insert(path, *parsed.get("value"));
    } catch (const toml::parse_error&) {  // said below
    }
    fault(place, path, fmt::format("must be an integer, got \"{}\"", value));
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
      if (!overridden_.contains(key.path) || key.path == "name") continue;
      const auto before = written.at_path(key.path);
      const auto now = table_.at_path(key.path);
      const std::string value =
          key.isWord() ? *now.value<std::string>() : std::to_string(values_.at(key.path));
      if (key.isWord() ? before.value<std::string>() == value
                       : before.value<int64_t>() == values_.at(key.path))
        continue;
      plan_.overrides.push_back(fmt::format("{}={}", key.path, value));
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
    const auto node = table_.at_path(path);
    if (bad_.contains(path)) return;
    if (!node) {
      leftOut(key);
    } else if (key.isWord() ? !node.is_string() : !node.is_integer()) {
      std::ostringstream type;
      type << node.type();
      fault(placeOf(path), path, fmt::format("must be {}, got a value of type {}",
                                             key.isWord() ? "a string" : "an integer", type.str()));
    } else if (const auto refusal = key.isWord() ? takeWord(key, *node.value<std::string>())
                                                 : takeNumber(key, *node.value<int64_t>())) {
      fault(placeOf(path), path, refusal->reason, refusal->suggestion);
      if (!key.isWord()) suggested_.push_back({&key, faults_.size() - 1});
    }
  }

  /// A value that is legal by itself may not be beside the others: the one that is takes its place,
  /// or none.
  void crossSuggestions() {
    for (const auto& [key, at] : suggested_) {
      std::string& suggestion = faults_[at].suggestion;
      ConfigValues values = values_;
      values[key->path] = std::stoll(suggestion);
      for (const CrossCheck& check : crossChecks()) {
        if (std::ranges::find(check.needs, key->path) == check.needs.end()) continue;
        if (std::ranges::any_of(check.needs, [&](auto path) {
              return !path.empty() && !values.contains(path);
            }))
          continue;
        if (const auto refusal = check.check(values))
          suggestion = check.needs[0] == key->path ? refusal->suggestion : "";
        if (suggestion.empty()) break;
        values[key->path] = std::stoll(suggestion);
      }
    }
  }

  void leftOut(const ConfigKey& key) {
    if (key.path == "name") {
      const std::string stem = std::filesystem::path(path_).stem().string();
      if (const auto refusal = takeWord(key, stem))
        fault(placeOf(key.path), key.path,
              "left out, and the file's own name will not do: " + refusal->reason,
              refusal->suggestion);
    } else if (key.power > 0 && bad_.contains("array.dim")) {
      bad_.emplace(key.path);  // what it would be depends on a value that is refused
    } else if (!key.isWord()) {
      takeNumber(key, key.fallbackFor(plan_.dim));
    }
  }

  std::optional<Refusal> takeWord(const ConfigKey& key, const std::string& word) {
    if (auto refusal = checkWord(key, word)) return refusal;
    if (const auto* text = std::get_if<std::string Plan::*>(&key.member)) {
      plan_.**text = word;
    } else {
      const auto words = key.words();
      key.setWord(plan_, static_cast<uint32_t>(std::ranges::find(words, word) - words.begin()));
    }
    return std::nullopt;
  }

  std::optional<Refusal> takeNumber(const ConfigKey& key, int64_t number) {
    if (auto refusal = checkNumber(key, number)) return refusal;
    values_[key.path] = number;
    if (key.unit != nullptr && bad_.contains("array.dim")) return std::nullopt;
    plan_.*std::get<uint32_t Plan::*>(key.member) =
        static_cast<uint32_t>(key.unit == nullptr ? number : number / key.unit(values_));
    return std::nullopt;
  }

  /// Values that are wrong by themselves are not blamed a second time.
  void cross(const CrossCheck& check) {
    for (const auto path : check.needs)
      if (bad_.contains(path)) return;
    if (const auto refusal = check.check(values_))
      fault(placeOf(check.needs[0]), check.needs[0], refusal->reason, refusal->suggestion);
  }

  std::string path_;
  toml::table table_;
  Plan plan_;
  ConfigValues values_;
  std::map<std::string, Place> places_;
  std::set<std::string, std::less<>> bad_;  ///< keys that already have a fault
  std::set<std::string, std::less<>> overridden_;
  std::vector<Diagnostic> faults_;
  std::vector<std::pair<const ConfigKey*, std::size_t>> suggested_;  ///< by these faults
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
