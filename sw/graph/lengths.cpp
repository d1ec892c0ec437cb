#include "sw/graph/lengths.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sw/graph/check.hpp"

namespace intformer {
namespace {

/// The graph's embedding; null: it begins with activations.
const Embedding* embeddingOf(const Graph& graph) {
  for (const Operator& op : graph.operators)
    if (const auto* embedding = std::get_if<Embedding>(&op)) return embedding;
  return nullptr;
}

/// Whether each bound of the mask moves with the row or lets all of its side in.
bool keepsLength(const Attention& op) {
  const Mask& mask = op.mask;
  return (mask.lowMoves || mask.low <= 0) &&
         (mask.highMoves || mask.high >= static_cast<int32_t>(op.rows));
}

/// Whether `op` is what addSequences() makes of the next sequence behind `before`.
bool follows(const Attention& op, const Attention& before) {
  return op.firstRow == before.firstRow + before.rows && op.query == before.query &&
         op.key == before.key && op.value == before.value && op.output == before.output &&
         sameMask(op.mask, before.mask);
}

void check(const Graph& graph, std::span<const uint32_t> lengths) {
  if (lengths.empty() || std::ranges::count(lengths, 0U) != 0)
    throw std::invalid_argument("a batch needs sequences of one token at least");
  if (std::accumulate(lengths.begin(), lengths.end(), uint64_t{0}) > kMaxTokens)
    throw std::invalid_argument(fmt::format("a batch has at most {} tokens", kMaxTokens));
  const Embedding* embedding = embeddingOf(graph);
  if (embedding != nullptr && std::ranges::max(lengths) > embedding->positions)
    throw std::invalid_argument(fmt::format("a sequence of {} tokens: the model has {} positions",
                                            std::ranges::max(lengths), embedding->positions));
  checkSequences(graph);
}

std::string numbered(const std::string& name, std::size_t number, std::size_t count) {
  return count > 1 ? fmt::format("{}.{}", name, number) : name;
}

/// The operators with one attention per group: that of the first sequence, under its plain name.
/// The weights tensors of later sequences, the graph's last ones, go.
std::vector<Operator> mergeSequences(Graph& graph) {
  std::vector<Operator> merged;
  std::size_t kept = graph.tensors.size();
  for (Operator& op : graph.operators) {
    auto* attention = std::get_if<Attention>(&op);
    if (attention == nullptr || attention->firstRow == 0) {
      merged.push_back(std::move(op));
      continue;
    }
    kept = std::min<std::size_t>(kept, attention->weights);
    auto& first = std::get<Attention>(merged.back());
    for (std::string* name : {&first.name, &graph.tensors[first.weights].name})
      if (name->ends_with(".0")) name->resize(name->size() - 2);
  }
  graph.tensors.resize(kept);
  return merged;
}

/// One attention per sequence.
void addSequences(Graph& graph, Attention op, std::span<const uint32_t> lengths) {
  const std::string name = op.name;
  const TensorInfo weights = graph.tensors[op.weights];
  uint32_t row = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    TensorInfo info = weights;
    info.name = numbered(weights.name, i, lengths.size());
    info.rows = op.heads * lengths[i];
    info.cols = lengths[i];
    if (i == 0)
      graph.tensors[op.weights] = std::move(info);
    else
      op.weights = graph.addTensor(std::move(info));
    op.name = numbered(name, i, lengths.size());
    op.firstRow = row;
    op.rows = lengths[i];
    if (!op.mask.highMoves) op.mask.high = static_cast<int32_t>(lengths[i]);
    graph.operators.emplace_back(op);
    row += lengths[i];
  }
}

}  // namespace

void checkSequences(const Graph& graph) {
  const Operator* before = nullptr;
  std::size_t followers = 0;
  for (const Operator& op : graph.operators) {
    const Operator* const last = std::exchange(before, &op);
    const auto* attention = std::get_if<Attention>(&op);
    if (attention == nullptr) continue;
    if (!keepsLength(*attention))
      throw std::invalid_argument(attention->name + ": has a mask, which no other length keeps");
    if (attention->firstRow == 0) continue;
    ++followers;
    const auto* first = last != nullptr ? std::get_if<Attention>(last) : nullptr;
    if (first == nullptr || !follows(*attention, *first))
      throw std::invalid_argument(fmt::format(
          "operator {}: first_row {}: is not the row behind the sequence of the operator before, "
          "with the same mask",
          attention->name, attention->firstRow));
  }
  for (const Operator& op : graph.operators)
    if (const auto* attention = std::get_if<Attention>(&op);
        attention != nullptr && attention->firstRow != 0 &&
        attention->weights < graph.tensors.size() - followers)
      throw std::invalid_argument(fmt::format(
          "operator {}: weights {}: those of later sequences are the graph's last tensors",
          attention->name, graph.tensors[attention->weights].name));
}

bool sameMask(const Mask& a, const Mask& b) {
  return a.lowMoves == b.lowMoves && a.highMoves == b.highMoves &&
         (!a.lowMoves || a.low == b.low) && (!a.highMoves || a.high == b.high);
}

std::vector<uint32_t> lengthsOf(std::span<const std::vector<uint32_t>> sequences) {
  std::vector<uint32_t> lengths;
  for (const auto& sequence : sequences) lengths.push_back(static_cast<uint32_t>(sequence.size()));
  return lengths;
}

void setLengths(Graph& graph, std::span<const uint32_t> lengths) {
  check(graph, lengths);
  const uint32_t tokens = std::accumulate(lengths.begin(), lengths.end(), 0U);
  std::vector<Operator> operators = mergeSequences(graph);
  for (TensorInfo& info : graph.tensors) info.rows = tokens;
  graph.operators.clear();
  for (Operator& op : operators) {
    if (auto* attention = std::get_if<Attention>(&op))
      addSequences(graph, std::move(*attention), lengths);
    else
      graph.operators.push_back(std::move(op));
  }
}

Graph withLengths(Graph graph, std::span<const uint32_t> lengths) {
  setLengths(graph, lengths);
  return graph;
}

TensorValues tokenInputs(const Graph& graph, const TokenBatch& batch) {
  const Embedding* embedding = embeddingOf(graph);
  if (embedding == nullptr) throw std::invalid_argument(graph.name + ": has no embedding");
  if (batch.hasPairs() && embedding->placeCount < 2 * embedding->positions)
    throw std::invalid_argument(graph.name + ": has one segment, a pair of texts needs two");
  const uint32_t rows = graph.tensors[embedding->token].rows;
  Tensor tokens(ElementType::Index, rows, 2), places(ElementType::Index, rows, 2);
  uint32_t row = 0;
  for (std::size_t i = 0; i < batch.sequences.size(); ++i) {
    const std::vector<uint32_t>& sequence = batch.sequences[i];
    if (sequence.size() > rows - row)
      throw std::invalid_argument("more tokens than the batch has rows");
    for (uint32_t position = 0; position < sequence.size(); ++position, ++row) {
      if (sequence[position] >= embedding->vocabulary)
        throw std::invalid_argument(fmt::format("token id {}: the model has a vocabulary of {}",
                                                sequence[position], embedding->vocabulary));
      tokens.setIndex(row, sequence[position]);
      places.setIndex(row, position + batch.segment(i, position) * embedding->positions);
    }
  }
  if (row != rows) throw std::invalid_argument("fewer tokens than the batch has rows");
  TensorValues values(graph.tensors.size());
  values[embedding->token] = std::move(tokens);
  values[embedding->place] = std::move(places);
  return values;
}

}  // namespace intformer
