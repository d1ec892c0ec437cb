#include "sw/import/onnx_match.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace intformer::importer::onnx {

using files::ImportError;

namespace {

bool near(double a, double b) { return std::abs(a - b) <= 1e-4 * std::abs(b); }

}  // namespace

void Matcher::refuse(const Node& node, const std::string& reason) const {
  throw ImportError(fmt::format("{}: {}: {}", file_.path(), node.text(), reason));
}

void Matcher::refuse(const std::string& value, const std::string& reason) const {
  const Node* const node = file_.maker(value);
  if (node != nullptr) refuse(*node, reason);
  throw ImportError(fmt::format("{}: {}: {}", file_.path(), value, reason));
}

const std::string& Matcher::input(const Node& node, std::size_t index) const {
  if (index >= node.inputs.size() || node.inputs[index].empty())
    refuse(node, fmt::format("lacks its input {}", index));
  return node.inputs[index];
}

std::string Matcher::source(const std::string& value) const {
  std::string at = value;
  for (const Node* node = file_.maker(at);
       node != nullptr && (node->op == "Cast" || node->op == "Identity") && !node->inputs.empty();
       node = file_.maker(at))
    at = node->inputs[0];
  return at;
}

const Node* Matcher::made(const std::string& value, const char* op) const {
  const Node* const node = file_.maker(source(value));
  return node != nullptr && node->op == op ? node : nullptr;
}

const Node& Matcher::demand(const std::string& value, const char* op, const char* what) const {
  const Node* const node = made(value, op);
  if (node == nullptr) refuse(source(value), fmt::format("expected {}: {}", op, what));
  return *node;
}

const Tensor* Matcher::constant(const std::string& value) const {
  const std::string from = source(value);
  if (const Tensor* tensor = file_.initializer(from)) return tensor;
  const Node* const node = made(from, "Constant");
  const Attribute* const attribute = node != nullptr ? node->attribute("value") : nullptr;
  return attribute != nullptr && attribute->tensor ? &*attribute->tensor : nullptr;
}

std::optional<double> Matcher::scalar(const std::string& value) const {
  const Tensor* const tensor = constant(value);
  if (tensor == nullptr || elementCount(tensor->shape) != 1 || tensor->int64s())
    return std::nullopt;
  return tensor->floats(fmt::format("{}: constant {}", file_.path(), value)).front();
}

std::vector<std::optional<int64_t>> Matcher::list(const std::string& value) const {
  if (const Tensor* tensor = constant(value)) {
    const auto values = tensor->int64s();
    if (!values) return {std::nullopt};
    return {values->begin(), values->end()};
  }
  const Node* const node = made(value, "Concat");
  if (node == nullptr) return {std::nullopt};
  std::vector<std::optional<int64_t>> all;
  for (const std::string& part : node->inputs) {
    const Node* const inner = made(part, "Concat");
    if (inner != nullptr) refuse(*node, "joins lists that are joined already");
    const auto values = list(part);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

std::vector<int64_t> Matcher::integers(const Node& node, const char* key,
                                       std::vector<int64_t> otherwise) const {
  const Attribute* const attribute = node.attribute(key);
  return attribute == nullptr ? std::move(otherwise) : attribute->integers;
}

int64_t Matcher::integer(const Node& node, const char* key, int64_t otherwise) const {
  const Attribute* const attribute = node.attribute(key);
  return attribute == nullptr ? otherwise : attribute->integer.value_or(0);
}

std::vector<float> Matcher::floats(const std::string& name, const Shape& shape) {
  const std::string from = source(name);
  const Tensor* const tensor = constant(from);
  if (tensor == nullptr) refuse(from, "expected a constant of shape " + shapeText(shape));
  if (tensor->shape != shape)
    refuse(from, fmt::format("has shape {}, expected {}", shapeText(tensor->shape),
                             shapeText(shape)));
  used_.insert(from);
  return tensor->floats(fmt::format("{}: initializer {}", file_.path(), from));
}

std::vector<float> Matcher::vector(const std::string& name, std::size_t size) {
  return floats(name, {size});
}

bool Matcher::isWeight(const std::string& value) const {
  const Tensor* const tensor = constant(value);
  return tensor != nullptr && !tensor->shape.empty();
}

std::optional<std::pair<std::string, std::string>> Matcher::withConstant(const Node& node) const {
  if (node.inputs.size() != 2) return std::nullopt;
  const std::string &a = node.inputs[0], &b = node.inputs[1];
  const bool first = constant(a) != nullptr, second = constant(b) != nullptr;
  if (first == second) return std::nullopt;
  return first ? std::pair{b, a} : std::pair{a, b};
}

bool Matcher::isNorm(const std::string& value) const {
  if (made(value, "LayerNormalization") != nullptr) return true;
  const Node* const add = made(value, "Add");
  const auto shifted = add != nullptr ? withConstant(*add) : std::nullopt;
  const Node* const mul = shifted ? made(shifted->first, "Mul") : nullptr;
  const auto scaled = mul != nullptr ? withConstant(*mul) : std::nullopt;
  const Node* const div = scaled ? made(scaled->first, "Div") : nullptr;
  return div != nullptr && div->inputs.size() == 2 && made(div->inputs[1], "Sqrt") != nullptr;
}

NormPart Matcher::norm(const std::string& value) {
  NormPart part;
  std::string gamma, beta;
  if (const Node* whole = made(value, "LayerNormalization")) {
    if (integer(*whole, "axis", -1) != -1) refuse(*whole, "expected axis -1");
    const Attribute* const epsilon = whole->attribute("epsilon");
    part.epsilon = epsilon != nullptr && epsilon->real ? *epsilon->real : 1e-5F;
    part.input = input(*whole, 0);
    gamma = input(*whole, 1);
    beta = input(*whole, 2);
  } else {
    if (!isNorm(value)) refuse(source(value), "expected the last node of a LayerNorm");
    const auto shifted = *withConstant(*made(value, "Add"));
    const auto scaled = *withConstant(*made(shifted.first, "Mul"));
    gamma = scaled.second;
    beta = shifted.second;
    const Node& div = *made(scaled.first, "Div");
    const Node& centred = demand(input(div, 0), "Sub", "x - mean of a LayerNorm");
    part.input = input(centred, 0);
    const auto mean = [&](const std::string& of) -> const Node& {
      const Node& node = demand(of, "ReduceMean", "a mean over the columns");
      const auto axes = node.inputs.size() > 1 ? list(node.inputs[1])
                                               : [&] {
                                                   const auto all = integers(node, "axes", {});
                                                   return std::vector<std::optional<int64_t>>(
                                                       all.begin(), all.end());
                                                 }();
      if (axes.size() != 1 || axes[0] != -1) refuse(node, "expected axes [-1]");
      return node;
    };
    const Node& inner = mean(input(centred, 1));
    if (source(input(inner, 0)) != source(part.input)) refuse(inner, "is another value's mean");
    const Node& sum = demand(input(demand(input(div, 1), "Sqrt", "a LayerNorm's deviation"), 0),
                             "Add", "variance + epsilon of a LayerNorm");
    const auto terms = withConstant(sum);
    if (!terms || !scalar(terms->second)) refuse(sum, "expected variance + epsilon");
    part.epsilon = *scalar(terms->second);
    const Node& square =
        demand(input(mean(terms->first), 0), "Pow", "the square in a LayerNorm's variance");
    if (scalar(input(square, 1)) != 2 || made(input(square, 0), "Sub") != &centred)
      refuse(square, "expected the square of x - mean");
  }
  if (!(part.epsilon > 0 && part.epsilon < 1))
    refuse(source(value), fmt::format("epsilon {} of a LayerNorm: must lie between 0 and 1",
                                      part.epsilon));
  const Tensor* const first = constant(gamma);
  if (first == nullptr || first->shape.size() != 1)
    refuse(source(value), "expected a LayerNorm over the columns alone");
  part.gamma = vector(gamma, first->shape[0]);
  part.beta = vector(beta, first->shape[0]);
  return part;
}

LinearPart Matcher::linear(const std::string& value) {
  const Node* const add = made(value, "Add");
  const auto shifted = add != nullptr ? withConstant(*add) : std::nullopt;
  const Node& product =
      demand(shifted ? shifted->first : value, "MatMul", "the product of a linear operator");
  const std::string& weights = input(product, 1);
  const Tensor* const tensor = constant(weights);
  if (tensor == nullptr || tensor->shape.size() != 2)
    refuse(product, "expected constant weights of two extents");
  LinearPart part;
  part.input = input(product, 0);
  if (tensor->shape[0] > UINT32_MAX || tensor->shape[1] > UINT32_MAX)
    refuse(product, "weights of shape " + shapeText(tensor->shape));
  part.map.depth = static_cast<uint32_t>(tensor->shape[0]);
  part.map.cols = static_cast<uint32_t>(tensor->shape[1]);
  part.map.weights = floats(weights, tensor->shape);
  part.map.bias = shifted ? vector(shifted->second, part.map.cols)
                          : std::vector<float>(part.map.cols, 0);
  return part;
}

LinearPart Matcher::scaledLinear(const std::string& value) {
  const Node* const mul = made(value, "Mul");
  const auto scaled = mul != nullptr ? withConstant(*mul) : std::nullopt;
  if (!scaled) return linear(value);
  LinearPart part = linear(scaled->first);
  const std::vector<float> factors = vector(scaled->second, part.map.cols);
  for (std::size_t i = 0; i < part.map.weights.size(); ++i)
    part.map.weights[i] *= factors[i % part.map.cols];
  for (std::size_t c = 0; c < factors.size(); ++c) part.map.bias[c] *= factors[c];
  return part;
}

std::string Matcher::gelu(const std::string& value) const {
  if (const Node* whole = made(value, "Gelu")) {
    const Attribute* const form = whole->attribute("approximate");
    if (form != nullptr && form->text.value_or("") != "none")
      refuse(*whole, "expected the exact GELU, approximate \"none\"");
    return input(*whole, 0);
  }
  // x * (1 + erf(x / sqrt(2))) * 0.5
  const Node& half = demand(value, "Mul", "the last node of GELU");
  const auto halved = withConstant(half);
  if (!halved || scalar(halved->second) != 0.5) refuse(half, "expected 0.5 x of GELU");
  const Node& product = demand(halved->first, "Mul", "x (1 + erf) of GELU");
  for (const std::size_t at : {0U, 1U}) {
    const Node* const sum = made(input(product, at), "Add");
    const auto one = sum != nullptr ? withConstant(*sum) : std::nullopt;
    const Node* const erf = one ? made(one->first, "Erf") : nullptr;
    if (erf == nullptr) continue;
    const std::string& x = input(product, 1 - at);
    const auto [from, factor] = unscaled(input(*erf, 0));
    if (scalar(one->second) != 1 || source(from) != source(x) ||
        !near(factor, std::numbers::sqrt2 / 2))
      refuse(*erf, "expected erf(x / sqrt(2)) + 1 of GELU");
    return x;
  }
  refuse(product, "expected x (1 + erf) of GELU");
}

std::pair<std::string, double> Matcher::unscaled(const std::string& value) const {
  for (const char* op : {"Mul", "Div"}) {
    const Node* const node = made(value, op);
    const auto parts = node != nullptr ? withConstant(*node) : std::nullopt;
    const auto number = parts ? scalar(parts->second) : std::nullopt;
    if (!number) continue;
    const bool divides = node->op == "Div";
    if (divides && source(input(*node, 1)) != source(parts->second))
      refuse(*node, "divides a constant");
    return {parts->first, divides ? 1 / *number : *number};
  }
  return {value, 1};
}

std::optional<std::pair<std::string, std::string>> Matcher::residual(
    const std::string& value) const {
  const Node* const add = made(value, "Add");
  if (add == nullptr || add->inputs.size() != 2 || withConstant(*add)) return std::nullopt;
  const auto isBranch = [&](const std::string& of) {
    const Node* const mul = made(of, "Mul");
    const auto scaled = mul != nullptr ? withConstant(*mul) : std::nullopt;
    const std::string inner = scaled ? scaled->first : of;
    const Node* const sum = made(inner, "Add");
    const auto shifted = sum != nullptr ? withConstant(*sum) : std::nullopt;
    const Node* const product = made(shifted ? shifted->first : inner, "MatMul");
    return product != nullptr && product->inputs.size() == 2 && isWeight(product->inputs[1]);
  };
  for (const std::size_t at : {0U, 1U})
    if (isBranch(add->inputs[at])) return std::pair{add->inputs[at], add->inputs[1 - at]};
  return std::nullopt;
}

Matcher::Heads Matcher::heads(const std::string& value) {
  const Node& turned = demand(value, "Transpose", "heads of attention before their rows");
  const std::vector<int64_t> order = integers(turned, "perm", {});
  Heads heads;
  heads.transposed = order == std::vector<int64_t>{0, 2, 3, 1};
  if (!heads.transposed && order != std::vector<int64_t>{0, 2, 1, 3})
    refuse(turned, "expected perm [0, 2, 1, 3], or [0, 2, 3, 1] of keys");
  const Node& split = demand(input(turned, 0), "Reshape", "columns of attention by heads");
  heads.part = linear(input(split, 0));
  const auto shape = list(input(split, 1));
  if (shape.size() != 4 || !shape[2] || !shape[3] || *shape[2] < 1 ||
      *shape[2] * *shape[3] != int64_t{heads.part.map.cols})
    refuse(split, fmt::format("expected a shape of heads and their columns, {} in all",
                              heads.part.map.cols));
  heads.count = static_cast<uint32_t>(*shape[2]);
  return heads;
}

AttentionPart Matcher::attention(const std::string& value) {
  const Node& joined = demand(value, "Reshape", "the columns of all heads side by side");
  const Node& turned = demand(input(joined, 0), "Transpose", "rows of attention before heads");
  if (integers(turned, "perm", {}) != std::vector<int64_t>{0, 2, 1, 3})
    refuse(turned, "expected perm [0, 2, 1, 3]");
  const Node& context = demand(input(turned, 0), "MatMul", "attention's weights * values");
  const Node& weights = demand(input(context, 0), "Softmax", "attention's weights");
  if (integer(weights, "axis", -1) != -1) refuse(weights, "expected axis -1");
  const auto [logits, outer] = unscaled(input(weights, 0));
  const Node& product = demand(logits, "MatMul", "attention's queries * keys, without a mask");
  const auto [queries, queryScale] = unscaled(input(product, 0));
  const auto [keys, keyScale] = unscaled(input(product, 1));
  Heads query = heads(queries), key = heads(keys), of = heads(input(context, 1));
  if (query.transposed || !key.transposed || of.transposed)
    refuse(product, "expected queries * keys transposed");
  if (query.count != key.count || query.count != of.count)
    refuse(product, fmt::format("{} heads of queries, {} of keys, {} of values: must be as many",
                                query.count, key.count, of.count));
  const double width = query.part.map.cols / query.count;
  if (!near(outer * queryScale * keyScale, 1 / std::sqrt(width)))
    refuse(product, fmt::format("logits are scaled by {}, expected 1 / sqrt({})",
                                outer * queryScale * keyScale, width));
  const std::string from = source(query.part.input);
  if (source(key.part.input) != from || source(of.part.input) != from)
    refuse(product, "queries, keys and values are of different rows");
  return {std::move(query.part), std::move(key.part), std::move(of.part), query.count};
}

std::vector<std::string> Matcher::unused() const {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : file_.initializers())
    if (!used_.contains(name)) names.push_back(name);
  return names;
}

}  // namespace intformer::importer::onnx
