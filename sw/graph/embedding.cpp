#include "sw/graph/embedding.hpp"

#include <fmt/format.h>

#include "sw/graph/graph.hpp"
#include "sw/graph/operator_check.hpp"

namespace intformer {
namespace {

using enum ElementType;

}  // namespace

std::vector<Operand> Traits<Embedding>::inputs(const Embedding& op) {
  return {{.role = "token", .tensor = op.token}, {.role = "place", .tensor = op.place}};
}

std::vector<Operand> Traits<Embedding>::outputs(const Embedding& op) {
  return {{.role = "output", .tensor = op.output}};
}

uint64_t Traits<Embedding>::macs(const Graph&, const Embedding&) {
  return 0;
}

std::string Traits<Embedding>::shape(const Graph& graph, const Embedding& op) {
  return fmt::format("embedding {}x{}", graph.tensors[op.output].rows, op.cols);
}

Embedding Traits<Embedding>::withoutContents(const Embedding& op) {
  return {.name = op.name, .token = op.token, .place = op.place, .output = op.output,
          .vocabulary = op.vocabulary, .placeCount = op.placeCount, .positions = op.positions,
          .cols = op.cols, .tokens = {}, .places = {}, .tokenScale = {}, .placeScale = {}};
}

void Traits<Embedding>::check(const OperatorCheck& check, const Embedding& op) {
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

}  // namespace intformer
