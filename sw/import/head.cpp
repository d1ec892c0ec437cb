#include "sw/import/head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sw/import/head_config.hpp"
#include "sw/import/tensor_files.hpp"

namespace intformer::importer {
namespace {

constexpr std::array<std::pair<HeadKind, const char*>, 3> kHeads = {
    {{HeadKind::Pooler, "pooler"}, {HeadKind::Sequence, "sequence"}, {HeadKind::Tokens, "tokens"}}};
constexpr std::array<std::pair<ScoreFunction, const char*>, 4> kFunctions = {
    {{ScoreFunction::None, "none"},
     {ScoreFunction::Sigmoid, "sigmoid"},
     {ScoreFunction::Softmax, "softmax"},
     {ScoreFunction::Tanh, "tanh"}}};

template <typename Names, typename Value>
const char* nameOf(const Names& names, Value value) {
  return std::ranges::find(names, value, [](const auto& entry) { return entry.first; })->second;
}

template <typename Value, std::size_t N>
std::optional<Value> named(const std::array<std::pair<Value, const char*>, N>& names,
                           const std::string& name) {
  for (const auto& [value, known] : names)
    if (name == known) return value;
  return std::nullopt;
}

/// Takes linear operators out of a list of tensors.
class HeadTensors {
 public:
  HeadTensors(TensorFiles file, std::vector<std::string>& unused)
      : file_(std::move(file)), unused_(unused) {}

  /// Whether linear() would not throw.
  [[nodiscard]] bool has(const std::string& name, uint32_t depth, uint32_t cols) const {
    const std::string weight = find(name + ".weight"), bias = find(name + ".bias");
    return !weight.empty() && !bias.empty() && file_.fault(weight, {cols, depth}).empty() &&
           file_.fault(bias, {cols}).empty();
  }
  /// `name` under whatever prefix; the file holds cols x depth.
  floating::AffineMap linear(const std::string& name, uint32_t depth, uint32_t cols) {
    const std::vector<float> stored = take(name + ".weight", {cols, depth});
    floating::AffineMap result{depth, cols, std::vector<float>(stored.size()),
                               take(name + ".bias", {cols})};
    for (std::size_t c = 0; c < cols; ++c)
      for (std::size_t k = 0; k < depth; ++k) result.weights[k * cols + c] = stored[c * depth + k];
    return result;
  }

 private:
  /// The tensor's name in the file; empty: there is none.
  [[nodiscard]] std::string find(const std::string& name) const {
    std::string found;
    for (const std::string& candidate : unused_) {
      if (candidate != name && !candidate.ends_with("." + name)) continue;
      if (!found.empty())
        throw files::ImportError(
            fmt::format("{}: has both {} and {}", file_.path(), found, candidate));
      found = candidate;
    }
    return found;
  }
  std::vector<float> take(const std::string& name, const Shape& shape) {
    const std::string found = find(name);
    if (found.empty())
      throw files::ImportError(
          fmt::format("{}: tensor {} is missing, which the head that config.json's "
                      "architectures names has; expected {}",
                      file_.path(), name, shapeText(shape)));
    std::vector<float> values = file_.read(found, shape);
    std::erase(unused_, found);
    return values;
  }

  TensorFiles file_;
  std::vector<std::string>& unused_;
};

}  // namespace

const char* headName(HeadKind kind) { return nameOf(kHeads, kind); }
const char* functionName(ScoreFunction function) { return nameOf(kFunctions, function); }
std::optional<HeadKind> headNamed(const std::string& name) { return named(kHeads, name); }
std::optional<ScoreFunction> functionNamed(const std::string& name) {
  return named(kFunctions, name);
}

std::optional<Head> readHead(const std::string& directory, uint32_t width,
                             std::vector<std::string>& unused, HeadNotes& notes) {
  HeadConfig found = readHeadConfig(directory, notes.lines);
  // Positions from 0 on, which older files hold as a tensor of their own; nothing is lost with it.
  std::erase_if(unused, [](const std::string& name) {
    return name == "embeddings.position_ids" || name.ends_with(".embeddings.position_ids");
  });
  if (!found.unknownHead.empty())
    notes.leftOut.push_back(fmt::format("the head of {}", found.unknownHead));
  std::vector<std::string> known;  // keys of the index that the encoder's reader has named
  HeadTensors tensors(TensorFiles(directory, known), unused);
  Head head;
  head.kind = found.kind;
  if (head.kind == HeadKind::Pooler) {
    if (!tensors.has("pooler.dense", width, width)) return std::nullopt;
    head.pooler = tensors.linear("pooler.dense", width, width);
    notes.lines.emplace_back("head: the pooler, for classify");
    return head;
  }
  const auto labels = static_cast<uint32_t>(found.labels.size());
  if (head.kind == HeadKind::Sequence) head.pooler = tensors.linear("pooler.dense", width, width);
  head.classifier = tensors.linear("classifier", width, labels);
  head.labels = std::move(found.labels);
  head.function = found.function;
  notes.lines.push_back(fmt::format(
      "head: {} for every {}; scores: {}{}", labels == 1 ? "1 label" : fmt::format("{} labels", labels),
      head.kind == HeadKind::Tokens ? "token" : "text or pair of texts", functionName(head.function),
      found.crossEncoder ? ", a cross-encoder's" : ""));
  return head;
}

}  // namespace intformer::importer
