#include "sw/model/spec_reader.hpp"

#include <array>

#include "gen/config_keys.hpp"

namespace intformer::model {
namespace {

/// Keys of a model file, and of which kinds of model.
struct Key {
  std::string_view name;
  std::array<bool, 5> kinds;  ///< by ModelKind
};
constexpr std::array<Key, 35> kKeys = {{
    {"name", {true, true, true, true, true}},
    {"kind", {true, true, true, true, true}},
    {"seq", {true, true, true, true, true}},
    {"width", {true, true, false, true, true}},
    {"heads", {true, true, false, true, true}},
    {"valid_tokens", {true, true, false, false, false}},
    {"dither", {true, true, false, true, true}},
    {"projection", {true, false, false, false, true}},
    {"ffn", {true, false, false, true, true}},
    {"layers", {true, false, false, true, true}},
    {"norm", {true, false, false, false, false}},
    {"epsilon", {true, false, false, true, true}},
    {"vocabulary", {true, false, false, true, false}},
    {"positions", {true, false, false, true, false}},
    {"types", {true, false, false, false, false}},
    {"depth", {false, false, true, false, false}},
    {"cols", {false, false, true, false, false}},
    {"key_heads", {true, true, false, false, false}},
    {"attention", {true, true, false, false, false}},
    {"window", {true, true, false, false, false}},
    {"dilation", {true, true, false, false, false}},
    {"global", {true, true, false, false, false}},
    {"block", {true, true, false, false, false}},
    {"random", {true, true, false, false, false}},
    {"stride", {true, true, false, false, false}},
    {"summary", {true, true, false, false, false}},
    {"keys", {false, true, false, false, false}},
    {"projected_keys", {true, false, false, false, false}},
    {"shared_projection", {true, false, false, false, false}},
    {"memory", {true, false, false, false, false}},
    {"compressed", {true, false, false, false, false}},
    {"compression", {true, false, false, false, false}},
    {"latents", {false, false, false, false, true}},
    {"input_width", {false, false, false, false, true}},
    {"activation", {true, false, false, true, true}},
}};
constexpr std::array<std::string_view, 5> kKinds = {"encoder", "attention", "matmul", "gpt2",
                                                    "perceiver"};

bool belongs(const Key& key, ModelKind kind) { return key.kinds[std::size_t(kind)]; }

}  // namespace

void SpecReader::refuseStrangeKeys(ModelKind kind) {
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

ModelKind SpecReader::kind() {
  if (table_.get("kind") == nullptr) return ModelKind::Encoder;
  const std::string name = word("kind");
  const auto found = std::ranges::find(kKinds, name);
  if (found != kKinds.end()) return static_cast<ModelKind>(found - kKinds.begin());
  if (!name.empty())
    fault(table_.get("kind"), "kind", fmt::format("\"{}\" is not a kind of model", name),
          std::string(nearestWord(name, kKinds)));
  return ModelKind::Encoder;
}

}  // namespace intformer::model
