#include "sw/graph/lengths.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sw/graph/check.hpp"

namespace intformer {
namespace {

/// Whether `op` is what addSequences() makes of the next sequence behind that of `before`.
bool follows(const Operator& op, const Operator& before) {
  return match(op, [&]<typename Op>(const Op& one) {
    if constexpr (SequenceOperator<Op>)
      if (const auto* last = std::get_if<Op>(&before)) {
        const Sequence sequence = Traits<Op>::sequence(*last);
        return Traits<Op>::sequence(one).firstRow == sequence.firstRow + sequence.rows &&
               Traits<Op>::alike(one, *last);
      }
    return false;
  });
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
}

/// A constant's rows are its own. False: there is none.
bool checkConstants(const Graph& graph, std::span<const uint32_t> lengths) {
  const auto constant = std::ranges::find(graph.tensors, TensorRole::Constant, &TensorInfo::role);
  if (constant == graph.tensors.end()) return false;
  for (const TensorInfo& info : graph.tensors)
    if (info.role == TensorRole::Input && (lengths.size() != 1 || lengths[0] != info.rows))
      throw std::invalid_argument(fmt::format(
          "tensor {}: is a constant of {} rows, which no other length and no batch has: give one "
          "sequence of {} tokens, the rows of {}",
          constant->name, constant->rows, info.rows, info.name));
  return true;
}

std::string numbered(const std::string& name, std::size_t number, std::size_t count) {
  return count > 1 ? fmt::format("{}.{}", name, number) : name;
}

std::string& nameOf(Operator& op) {
  return match(op, [](auto& one) -> std::string& { return one.name; });
}

/// Takes the number of the first sequence from a name.
void dropNumber(std::string& name) {
  if (name.ends_with(".0")) name.resize(name.size() - 2);
}

/// The operators with those of the first sequence alone, under their plain names. The tensors of
/// later sequences, the graph's last ones, go.
std::vector<Operator> mergeSequences(Graph& graph) {
  std::vector<Operator> merged;
  std::size_t kept = graph.tensors.size();
  for (Operator& op : graph.operators) {
    const auto sequence = sequenceOf(op);
    if (!sequence || sequence->firstRow == 0) {
      merged.push_back(std::move(op));
      continue;
    }
    kept = std::min<std::size_t>(kept, sequence->own.tensor);
    Operator& first = merged.back();
    dropNumber(nameOf(first));
    if (const TensorId own = sequenceOf(first)->own.tensor; own != kNoTensor)
      dropNumber(graph.tensors[own].name);
  }
  graph.tensors.resize(kept);
  return merged;
}

/// One operator per sequence.
template <SequenceOperator Op>
void addSequences(Graph& graph, Op op, std::span<const uint32_t> lengths) {
  const std::string name = op.name;
  const TensorId first = Traits<Op>::sequence(op).own.tensor;
  const std::string ownName = first == kNoTensor ? "" : graph.tensors[first].name;
  uint32_t row = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    TensorInfo* info = nullptr;
    TensorId own = first;
    if (first != kNoTensor) {
      if (i != 0) own = graph.addTensor(graph.tensors[first]);
      info = &graph.tensors[own];
      info->name = numbered(ownName, i, lengths.size());
    }
    op.name = numbered(name, i, lengths.size());
    Traits<Op>::setSequence(op, own, info, row, lengths[i]);
    graph.operators.emplace_back(op);
    row += lengths[i];
  }
}

}  // namespace

const Embedding* embeddingOf(const Graph& graph) {
  const auto embeddings = operatorsOf<Embedding>(graph);
  return embeddings.empty() ? nullptr : embeddings.front();
}

void checkSequences(const Graph& graph) {
  const Operator* before = nullptr;
  std::vector<const Operator*> followers;
  for (const Operator& op : graph.operators) {
    const Operator* const last = std::exchange(before, &op);
    const auto sequence = sequenceOf(op);
    if (!sequence) continue;
    if (!sequence->anyLength)
      throw std::invalid_argument(operatorName(op) +
                                  ": has a mask, keys or a product that no other length keeps");
    if (sequence->firstRow == 0) continue;
    followers.push_back(&op);
    if (last == nullptr || !follows(op, *last))
      throw std::invalid_argument(fmt::format(
          "operator {}: first_row {}: is not the row behind the sequence of the operator before, "
          "with the same mask",
          operatorName(op), sequence->firstRow));
  }
  for (const Operator* op : followers)
    if (const Operand own = sequenceOf(*op)->own;
        own.tensor != kNoTensor && own.tensor < graph.tensors.size() - followers.size())
      throw std::invalid_argument(fmt::format(
          "operator {}: {} {}: those of later sequences are the graph's last tensors",
          operatorName(*op), own.role, graph.tensors[own.tensor].name));
}

std::vector<uint32_t> lengthsOf(std::span<const std::vector<uint32_t>> sequences) {
  std::vector<uint32_t> lengths;
  for (const auto& sequence : sequences) lengths.push_back(static_cast<uint32_t>(sequence.size()));
  return lengths;
}

std::string lengthsText(std::span<const uint32_t> lengths) {
  std::string text;
  for (const uint32_t length : lengths) {
    if (!text.empty()) text += ',';
    text += std::to_string(length);
  }
  return text;
}

void setLengths(Graph& graph, std::span<const uint32_t> lengths) {
  check(graph, lengths);
  if (checkConstants(graph, lengths)) return;
  checkSequences(graph);
  const uint32_t tokens = std::accumulate(lengths.begin(), lengths.end(), 0U);
  std::vector<Operator> operators = mergeSequences(graph);
  for (TensorInfo& info : graph.tensors) info.rows = tokens;
  graph.operators.clear();
  for (Operator& op : operators)
    match(op, [&]<typename Op>(Op& one) {
      if constexpr (SequenceOperator<Op>)
        addSequences(graph, std::move(one), lengths);
      else
        graph.operators.push_back(std::move(one));
    });
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

void gatherTokens(Graph& graph, TensorValues& inputs) {
  for (Operator& each : graph.operators) {
    auto* const op = std::get_if<Embedding>(&each);
    if (op == nullptr) continue;
    Tensor& list = inputs[op->token];
    const auto rows = std::max<uint32_t>(list.rows, op->positions);
    std::vector<int16_t> table(std::size_t{rows} * op->cols);
    for (uint32_t row = 0; row < list.rows; ++row) {
      std::copy_n(op->tokens.begin() + static_cast<std::ptrdiff_t>(list.index(row)) * op->cols,
                  op->cols, table.begin() + static_cast<std::ptrdiff_t>(row) * op->cols);
      list.setIndex(row, row);
    }
    op->tokens = std::move(table);
    op->vocabulary = rows;
  }
}

}  // namespace intformer
