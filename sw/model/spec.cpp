#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "gen/config_keys.hpp"
#include "gen/toml_file.hpp"
#include "sw/model/spec_reader.hpp"

namespace intformer::model {
namespace {

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

/// Keys and values that are not those of the sequence's own rows.
void readKeys(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  spec.projectedKeys = reader.optionalNumber("projected_keys", 1, 65535).value_or(0);
  spec.sharedProjection = reader.flag("shared_projection");
  spec.memory = reader.optionalNumber("memory", 1, 65535).value_or(0);
  const bool compresses = table.get("compressed") != nullptr;
  if (compresses) {
    spec.compressed = reader.number("compressed", 1, 65535);
    spec.compression = reader.number("compression", 1, 65535);
  }
  const auto refuse = [&](bool fault, const char* key, std::string reason) {
    if (fault && table.get(key) != nullptr) reader.fault(table.get(key), key, std::move(reason));
  };
  refuse(table.get("projected_keys") == nullptr, "shared_projection",
         "belongs to projected keys: give projected_keys");
  refuse(spec.projectedKeys != 0, "valid_tokens",
         "cannot be left out of projected keys, which are sums over all tokens");
  refuse(spec.pattern.kind != PatternKind::Full, "projected_keys",
         "belongs to attention = \"full\": every projected key is a sum over all tokens");
  refuse(spec.pattern.kind != PatternKind::Causal, "memory",
         "belongs to attention = \"causal\": it holds what comes before the sequence");
  refuse(spec.memory == 0, "compressed", "belongs to a memory: give memory");
  refuse(!compresses, "compression", "belongs to a compressed memory: give compressed");
  const uint64_t rows = uint64_t{spec.compressed} * spec.compression;
  refuse(rows > 65535, "compressed",
         fmt::format("times compression must be at most 65535, got {}", rows));
}

/// What encoders and attention have in common.
void readHeads(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  spec.width = reader.number("width", 1, 4096);
  spec.heads = reader.number("heads", 1, 4096);
  spec.layers = 1;
  spec.validTokens = reader.optionalNumber("valid_tokens", 0, 65535);
  spec.dither = reader.flag("dither");
  if (spec.kind == ModelKind::Encoder || spec.kind == ModelKind::Attention) {
    if (table.get("key_heads") != nullptr) spec.keyHeads = reader.number("key_heads", 1, 4096);
    if (spec.keyHeads != 0 && spec.heads % spec.keyHeads != 0)
      reader.fault(table.get("key_heads"), "key_heads",
                   fmt::format("must divide heads = {}, got {}", spec.heads, spec.keyHeads),
                   std::to_string(nearestDivisor(spec.heads, spec.keyHeads)));
    spec.keys = reader.optionalNumber("keys", 1, 65536).value_or(0);
    readPattern(reader, table, spec);
    readKeys(reader, table, spec);
  }
  const bool apart = spec.kind != ModelKind::Gpt2 && spec.kind != ModelKind::Attention && table.get("projection") != nullptr;
  const uint32_t columns = apart ? reader.number("projection", 1, 65535) : spec.width;
  if (apart) spec.projection = columns;
  if (columns != 0 && spec.heads != 0 && columns % spec.heads != 0)
    reader.fault(table.get("heads"), "heads",
                 fmt::format("must divide {} {}, got {}", apart ? "projection" : "width", columns,
                             spec.heads),
                 std::to_string(nearestDivisor(columns, spec.heads)));
}

void readActivation(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  const toml::node* const node = table.get("activation");
  if (node == nullptr) return;
  const std::string name = reader.word("activation");
  const auto found = std::ranges::find(kActivationNames, name);
  if (found != kActivationNames.end())
    spec.activation = static_cast<ActivationKind>(found - kActivationNames.begin());
  else if (!name.empty())
    reader.fault(node, "activation", fmt::format("\"{}\" is not an activation", name),
                 std::string(nearestWord(name, kActivationNames)));
}

void readLayers(SpecReader& reader, const toml::table& table, ModelSpec& spec) {
  spec.ffn = reader.number("ffn", 1, 65535);
  spec.layers = reader.number("layers", 1, 1024);
  readActivation(reader, table, spec);
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
  if (spec.kind == ModelKind::Perceiver) {
    spec.latents = reader.number("latents", 1, 65535);
    spec.inputWidth = reader.number("input_width", 1, 65535);
  }
  if (spec.kind == ModelKind::Encoder || spec.kind == ModelKind::Gpt2 ||
      spec.kind == ModelKind::Perceiver)
    readLayers(reader, table, spec);
  if (spec.kind == ModelKind::Gpt2) reader.find("vocabulary");
  std::ranges::stable_sort(result.diagnostics, {}, [](const Diagnostic& d) {
    return std::pair(d.line, d.column);
  });
  if (result.diagnostics.empty()) result.spec = std::move(spec);
  return result;
}

}  // namespace intformer::model
