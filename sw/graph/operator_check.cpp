#include "sw/graph/operator_check.hpp"

#include "sw/numerics/layernorm.hpp"

namespace intformer::check {
namespace {

using enum ElementType;
constexpr std::string_view kPerColumn = "one per column", kPerHead = "one per head";

struct EpilogueCheck {
  const OperatorCheck& check;
  const Linear& op;
  const TensorInfo& out;

  void operator()(const RequantizeEpilogue& epilogue) const {
    check.scales("epilogue.scale", epilogue.scale, op.cols, kPerColumn);
    check.count("epilogue.zero", epilogue.zero.size(), op.cols, kPerColumn);
  }
  void operator()(const ActivationEpilogue& epilogue) const {
    check.tensor("output", op.output, {Int8});
    check.require(epilogue.kind == ActivationKind::Gelu, "epilogue.function",
                  static_cast<unsigned>(epilogue.kind), "is not known");
    check.scales("epilogue.input", epilogue.input, op.cols, kPerColumn);
    check.scales("epilogue.output", epilogue.output, op.cols, kPerColumn);
    check.count("epilogue.zero", epilogue.zero.size(), op.cols, kPerColumn);
  }
  void operator()(const ResidualEpilogue& epilogue) const {
    check.tensor("output", op.output, {Int16});
    check.shape("epilogue.identity", check.tensor("epilogue.identity", epilogue.identity,
                                                  {Int8, Int16}),
                out.rows, out.cols);
    check.sameGroups("epilogue.identity", epilogue.identity, op.output);
    check.scales("epilogue.product", epilogue.product, op.cols, kPerColumn);
    check.scales("epilogue.skip", epilogue.skip, op.cols, kPerColumn);
  }
};

}  // namespace

// Sums: depth * 128 * 127 < 2^30, and a bias of at most 2^30, stay below 2^31.
void checkOperator(const OperatorCheck& check, const Linear& op) {
  check.range("depth", op.depth, 1, kMaxColumns);
  check.range("cols", op.cols, 1, kMaxColumns);
  const TensorInfo& in = check.tensor("input", op.input, {Int8});
  check.shape("input", in, in.rows, op.depth);
  const TensorInfo& out = check.tensor("output", op.output, {Int8, Int16});
  check.shape("output", out, in.rows, op.cols);
  if (check.contents()) {
    check.count("weights", op.weights.size(), uint64_t{op.depth} * op.cols, "depth * cols");
    check.values<int8_t>("weights", op.weights, -127, 127);
    check.count("bias", op.bias.size(), op.cols, kPerColumn);
    check.values<int32_t>("bias", op.bias, -kMaxBias, kMaxBias);
  }
  std::visit(EpilogueCheck{check, op, out}, op.epilogue);
}

// Logits: headWidth * 128 * 128 <= 2^30; sums of weights: 255 * rows < 2^23; products:
// 255 * 128 * rows < 2^30.
void checkOperator(const OperatorCheck& check, const Attention& op) {
  check.range("rows", op.rows, 1, kMaxKeys);
  check.range("heads", op.heads, 1, kMaxColumns);
  check.range("head_width", op.headWidth, 1, kMaxColumns);
  const struct {
    const char* field;
    TensorId id;
  } tensors[] = {{"query", op.query}, {"key", op.key}, {"value", op.value}, {"output", op.output}};
  for (const auto& [field, id] : tensors) {
    const TensorInfo& info = check.tensor(field, id, {Int8});
    check.shape(field, info, info.rows, uint64_t{op.heads} * op.headWidth);
    check.require(uint64_t{op.firstRow} + op.rows <= info.rows, "first_row", op.firstRow,
                  "{} rows from there on are more than the {} of {}, its {}", op.rows, info.rows,
                  info.name, field);
    check.require(info.groupCols == 0 || info.groupCols == op.headWidth, "head_width", op.headWidth,
                  "{}, its {}, has groups of {} columns", info.name, field, info.groupCols);
    check.require(check.groupOf(id) == op.headWidth, "head_width", op.headWidth,
                  "another operator takes heads of {} columns from {}", check.groupOf(id),
                  info.name);
  }
  const TensorInfo& weights = check.tensor("weights", op.weights, {Uint8});
  check.shape("weights", weights, uint64_t{op.heads} * op.rows, op.rows);
  check.ungrouped("weights", op.weights);
  check.scales("logit", op.logit, op.heads, kPerHead);
  check.scales("result", op.result, op.heads, kPerHead);
}

void checkOperator(const OperatorCheck& check, const LayerNorm& op) {
  const TensorInfo& in = check.tensor("input", op.input, {Int16});
  check.require(in.cols <= kMaxNormWidth, "input", in.name, "has {} columns, at most {} are taken",
                in.cols, kMaxNormWidth);
  check.require(op.output8 != kNoTensor || op.output16 != kNoTensor, "output8", "null",
                "output8 or output16 must be given");
  const auto output = [&](std::string_view field, TensorId id, ElementType type) {
    if (id == kNoTensor) return;
    check.shape(field, check.tensor(field, id, {type}), in.rows, in.cols);
    check.sameGroups(field, id, op.input);
  };
  output("output8", op.output8, Int8);
  output("output16", op.output16, Int16);
  check.range("epsilon", op.epsilon, 64, (uint64_t{1} << 48) - 1);
  check.range("shift", op.shift, 9, 31);
  check.count("gain", op.gain.size(), in.cols, kPerColumn);
  check.count("offset", op.offset.size(), in.cols, kPerColumn);
}

void checkOperator(const OperatorCheck& check, const Embedding& op) {
  check.range("vocabulary", op.vocabulary, 1, kMaxVocabulary);
  check.range("positions", op.positions, 1, kMaxTokens);
  check.require(op.placeCount >= op.positions && op.placeCount % op.positions == 0 &&
                    op.placeCount <= kMaxVocabulary,
                "place_count", op.placeCount, "must be a multiple of {} positions, up to {}",
                op.positions, kMaxVocabulary);
  check.range("cols", op.cols, 1, kMaxColumns);
  const TensorInfo& out = check.tensor("output", op.output, {Int16});
  check.shape("output", out, out.rows, op.cols);
  const auto list = [&](std::string_view field, TensorId id) {
    const TensorInfo& info = check.tensor(field, id, {Index});
    check.shape(field, info, out.rows, 2);
    check.ungrouped(field, id);
  };
  list("token", op.token);
  list("place", op.place);
  check.require(op.place != op.token, "place", op.place, "is the list of tokens, too");
  if (!check.contents()) return;
  check.count("tokens", op.tokens.size(), uint64_t{op.vocabulary} * op.cols, "vocabulary * cols");
  check.values<int16_t>("tokens", op.tokens, -8192, 8191);
  check.count("places", op.places.size(), uint64_t{op.placeCount} * op.cols, "place_count * cols");
  check.scales("token_scale", op.tokenScale, op.cols, kPerColumn);
  check.scales("place_scale", op.placeScale, op.cols, kPerColumn);
}

}  // namespace intformer::check
