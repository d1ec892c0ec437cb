#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "gen/config_keys.hpp"
#include "gen/toml_file.hpp"
#include "sw/model/bert.hpp"

namespace intformer::model {
namespace {

/// Keys of a model file, and of which kinds of model.
struct Key {
  std::string_view name;
  std::array<bool, 4> kinds;  ///< by ModelKind
};
constexpr std::array<Key, 27> kKeys = {{
    {"name", {true, true, true, true}},           {"kind", {true, true, true, true}},
    {"seq", {true, true, true, true}},            {"width", {true, true, false, true}},
    {"heads", {true, true, false, true}},         {"valid_tokens", {true, true, false, false}},
    {"dither", {true, true, false, true}},        {"projection", {true, false, false, false}},
    {"ffn", {true, false, false, true}},          {"layers", {true, false, false, true}},
    {"norm", {true, false, false, false}},        {"epsilon", {true, false, false, true}},
    {"vocabulary", {true, false, false, true}},   {"positions", {true, false, false, true}},
    {"types", {true, false, false, false}},       {"depth", {false, false, true, false}},
    {"cols", {false, false, true, false}},        {"key_heads", {true, true, false, false}},
    {"attention", {true, true, false, false}},    {"window", {true, true, false, false}},
    {"dilation", {true, true, false, false}},     {"global", {true, true, false, false}},
    {"block", {true, true, false, false}},        {"random", {true, true, false, false}},
    {"stride", {true, true, false, false}},       {"summary", {true, true, false, false}},
    {"keys", {false, true, false, false}},
}};
constexpr std::array<std::string_view, 4> kKinds = {"encoder", "attention", "matmul", "gpt2"};

bool belongs(const Key& key, ModelKind kind) { return key.kinds[std::size_t(kind)]; }

/// Reads the keys of one file and collects what is wrong with them.
class SpecReader {
 public:
  SpecReader(std::string file, const toml::table& table, std::vector<Diagnostic>& diagnostics)
      : file_(std::move(file)), table_(table), diagnostics_(diagnostics) {}

  void fault(const toml::node* node, std::string key, std::string reason,
             std::string suggestion = "") {
    const toml::source_position at =
        node ? node->source().begin : toml::source_position{1, 1};  // what is missing is nowhere
    diagnostics_.push_back({file_, at.line, static_cast<uint32_t>(at.column), std::move(key),
                            std::move(reason), std::move(suggestion)});
  }

  void refuseStrangeKeys(ModelKind kind) {
    std::vector<std::string_view> names;
    for (const Key& key : kKeys)
      if (belongs(key, kind)) names.push_back(key.name);
    for (const auto& [key, node] : table_) {
      const std::string_view name = key.str();
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const bool known = std::ranges::any_of(kKeys, [&](const Key& k) { return k.name == name; });
      const auto at = key.source().begin;
      diagnostics_.push_back(
          {file_, at.line, static_cast<uint32_t>(at.column), std::string(name),
           known ? fmt::format("is not a key of kind \"{}\"", kKinds[std::size_t(kind)])
                 : "unknown key",
           known ? "" : std::string(nearestWord(name, names))});
    }
  }

  ModelKind kind() {
    if (table_.get("kind") == nullptr) return ModelKind::Encoder;
    const std::string name = word("kind");
    const auto found = std::ranges::find(kKinds, name);
    if (found != kKinds.end()) return static_cast<ModelKind>(found - kKinds.begin());
    if (!name.empty())
      fault(table_.get("kind"), "kind", fmt::format("\"{}\" is not a kind of model", name),
            std::string(nearestWord(name, kKinds)));
    return ModelKind::Encoder;
  }

  const toml::node* find(std::string_view key, bool required = true) {
    const toml::node* node = table_.get(key);
    if (!node && required) fault(nullptr, std::string(key), "is missing");
    return node;
  }

  uint32_t number(std::string_view key, int64_t low, int64_t high) {
    const toml::node* node = find(key);
    return node ? number(*node, key, low, high) : 0;
  }

  std::optional<uint32_t> optionalNumber(std::string_view key, int64_t low, int64_t high) {
    const toml::node* node = find(key, false);
    if (!node) return std::nullopt;
    return number(*node, key, low, high);
  }

  std::string word(std::string_view key) {
    const toml::node* node = find(key);
    if (!node) return {};
    const auto value = node->value_exact<std::string>();
    if (!value || value->empty()) fault(node, std::string(key), "must be a word in quotes");
    return value.value_or("");
  }

  double positive(std::string_view key, double otherwise) {
    const toml::node* node = find(key, false);
    if (!node) return otherwise;
    const auto value = node->is_string() ? std::nullopt : node->value<double>();
    if (value && std::isfinite(*value) && *value > 0) return *value;
    fault(node, std::string(key), "must be a positive number", fmt::format("{:g}", otherwise));
    return otherwise;
  }

  bool flag(std::string_view key, bool otherwise = false) {
    const toml::node* node = find(key, false);
    if (!node) return otherwise;
    if (!node->is_boolean())
      fault(node, std::string(key), "must be true or false", otherwise ? "true" : "false");
    return node->value_exact<bool>().value_or(otherwise);
  }

 private:
  /// 0 when refused.
  uint32_t number(const toml::node& node, std::string_view key, int64_t low, int64_t high) {
    const auto value = node.value_exact<int64_t>();
    if (!value) {
      fault(&node, std::string(key), "must be a whole number");
      return 0;
    }
    if (*value >= low && *value <= high) return static_cast<uint32_t>(*value);
    fault(&node, std::string(key), fmt::format("must be {} to {}, got {}", low, high, *value),
          std::to_string(std::clamp(*value, low, high)));
    return 0;
  }

  std::string file_;
  const toml::table& table_;
  std::vector<Diagnostic>& diagnostics_;
};

/// The number of heads nearest to `heads` that divides `width`.
uint32_t nearestDivisor(uint32_t width, uint32_t heads) {
  for (uint32_t distance = 0;; ++distance) {
    if (distance < heads && width % (heads - distance) == 0) return heads - distance;
    if (heads + distance <= width && width % (heads + distance) == 0) return heads + distance;
  }
}

/// A number of an attention pattern, and which patterns have it.
struct PatternKey {
  std::string_view name;
  uint32_t AttentionPattern::*member;
  std::vector<PatternKind> kinds;
  int64_t low;
  bool required;  ///< of all of these; else it has a usual value
};

const std::vector<PatternKey>& patternKeys() {
  using enum PatternKind;
  static const std::vector<PatternKey> keys = {
      {"window", &AttentionPattern::window, {Sliding, BigBird}, 1, true},
      {"dilation", &AttentionPattern::dilation, {Sliding}, 1, false},
      {"global", &AttentionPattern::global, {Sliding, BigBird}, 0, false},
      {"block", &AttentionPattern::block, {Blocks, BigBird}, 1, true},
      {"random", &AttentionPattern::random, {BigBird}, 0, false},
      {"stride", &AttentionPattern::stride, {Strided, Fixed}, 1, true},
      {"summary", &AttentionPattern::summary, {Fixed}, 1, true},
  };
  return keys;
}

/// "sliding" or "bigbird"
std::string namesOf(const std::vector<PatternKind>& kinds) {
  std::string names;
  for (const PatternKind kind : kinds) {
    if (!names.empty()) names += " or ";
    names += fmt::format("\"{}\"", kPatternNames[std::size_t(kind)]);
  }
  return names;
}

void readPattern(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  AttentionPattern& pattern = spec.pattern;
  if (table.get("attention") != nullptr) {
    const std::string name = reader.word("attention");
    const auto found = std::ranges::find(kPatternNames, name);
    if (found == std::end(kPatternNames)) {
      if (!name.empty())
        reader.fault(table.get("attention"), "attention",
                     fmt::format("\"{}\" is not a pattern of attention", name),
                     std::string(nearestWord(name, kPatternNames)));
      return;
    }
    pattern.kind = static_cast<PatternKind>(found - std::begin(kPatternNames));
  }
  for (const PatternKey& key : patternKeys()) {
    const bool has = std::ranges::find(key.kinds, pattern.kind) != key.kinds.end();
    const toml::node* const node = table.get(key.name);
    if (node == nullptr && !(has && key.required)) continue;
    const bool even = key.name == "window" && pattern.kind == PatternKind::Sliding;
    if (has)
      pattern.*key.member = reader.number(key.name, even ? 2 : key.low, even ? 65534 : 65535);
    else
      reader.fault(node, std::string(key.name),
                   fmt::format("belongs to attention = {}", namesOf(key.kinds)));
  }
  const auto refuse = [&](bool fault, const char* key, std::string reason, uint32_t instead) {
    if (fault) reader.fault(table.get(key), key, std::move(reason), std::to_string(instead));
  };
  const bool sliding = pattern.kind == PatternKind::Sliding;
  refuse(sliding && pattern.window % 2 != 0, "window",
         "has as many tokens before as behind: an even number", pattern.window - 1);
  refuse(pattern.kind == PatternKind::BigBird && pattern.window % 2 == 0, "window",
         "has as many blocks before as behind, and one's own: an odd number", pattern.window - 1);
  refuse(sliding && pattern.dilation > 1 && pattern.global > 0, "dilation",
         "must be 1 beside global tokens, whose windows are whole", 1);
  refuse(pattern.summary > pattern.stride && pattern.stride != 0, "summary",
         fmt::format("must be at most stride = {}", pattern.stride), pattern.stride);
  if (pattern.kind == PatternKind::Full) return;
  for (const char* key : {"valid_tokens", "keys"})
    if (table.get(key) != nullptr)
      reader.fault(table.get(key), key,
                   fmt::format("belongs to attention = \"full\": \"{}\" is of whole sequences",
                               kPatternNames[std::size_t(pattern.kind)]));
}

/// What encoders and attention have in common.
void readHeads(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  spec.width = reader.number("width", 1, 4096);
  spec.heads = reader.number("heads", 1, 4096);
  spec.layers = 1;
  spec.validTokens = reader.optionalNumber("valid_tokens", 0, 65535);
  spec.dither = reader.flag("dither");
  if (spec.kind != ModelKind::Gpt2) {
    if (table.get("key_heads") != nullptr) spec.keyHeads = reader.number("key_heads", 1, 4096);
    if (spec.keyHeads != 0 && spec.heads % spec.keyHeads != 0)
      reader.fault(table.get("key_heads"), "key_heads",
                   fmt::format("must divide heads = {}, got {}", spec.heads, spec.keyHeads),
                   std::to_string(nearestDivisor(spec.heads, spec.keyHeads)));
    spec.keys = reader.optionalNumber("keys", 1, 65536).value_or(0);
    readPattern(reader, table, spec);
  }
  const bool apart = spec.kind == ModelKind::Encoder && table.get("projection") != nullptr;
  const uint32_t columns = apart ? reader.number("projection", 1, 65535) : spec.width;
  if (apart) spec.projection = columns;
  if (columns != 0 && spec.heads != 0 && columns % spec.heads != 0)
    reader.fault(table.get("heads"), "heads",
                 fmt::format("must divide {} {}, got {}", apart ? "projection" : "width", columns,
                             spec.heads),
                 std::to_string(nearestDivisor(columns, spec.heads)));
}

void readLayers(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  spec.ffn = reader.number("ffn", 1, 65535);
  spec.layers = reader.number("layers", 1, 1024);
  spec.norm = reader.flag("norm", true);
  spec.epsilon = reader.positive("epsilon", spec.epsilon);
  if (!spec.norm)
    for (const std::string_view key : {"epsilon", "vocabulary"})
      if (table.get(key) != nullptr)
        reader.fault(table.get(key), std::string(key), "belongs to a LayerNorm: set norm = true");
  spec.vocabulary = reader.optionalNumber("vocabulary", 1, 1 << 24).value_or(0);
  if (table.get("vocabulary") != nullptr) spec.positions = reader.number("positions", 1, 65535);
  for (const std::string_view key : {"positions", "types"})
    if (table.get("vocabulary") == nullptr && table.get(key) != nullptr)
      reader.fault(table.get(key), std::string(key), "belongs to an embedding: give vocabulary");
  spec.types = reader.optionalNumber("types", 1, 16).value_or(1);
}

}  // namespace

ModelSpecResult loadModelSpec(const std::string& path) {
  ModelSpecResult result;
  TomlFile file = readToml(path, {"model", "configs/models/tiny.toml"});
  if (file.fault) {
    result.diagnostics.push_back(std::move(*file.fault));
    return result;
  }
  const toml::table& table = file.table;
  SpecReader reader(path, table, result.diagnostics);
  ModelSpec spec;
  spec.kind = reader.kind();
  reader.refuseStrangeKeys(spec.kind);
  spec.name = reader.word("name");
  spec.seq = reader.optionalNumber("seq", 1, 65536);
  if (spec.kind == ModelKind::Matmul) {
    spec.width = reader.number("depth", 1, 65535);
    spec.cols = reader.number("cols", 1, 65535);
    spec.layers = 1;
  } else {
    readHeads(reader, table, spec);
  }
  if (spec.kind == ModelKind::Encoder || spec.kind == ModelKind::Gpt2)
    readLayers(reader, table, spec);
  if (spec.kind == ModelKind::Gpt2) reader.find("vocabulary");
  std::ranges::stable_sort(result.diagnostics, {}, [](const Diagnostic& d) {
    return std::pair(d.line, d.column);
  });
  if (result.diagnostics.empty()) result.spec = std::move(spec);
  return result;
}

}  // namespace intformer::model
