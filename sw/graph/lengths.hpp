#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/graph/graph.hpp"
#include "sw/graph/token_batch.hpp"

namespace intformer {

/// Tokens of each sequence.
std::vector<uint32_t> lengthsOf(std::span<const std::vector<uint32_t>> sequences);

/// "128,77,30"
std::string lengthsText(std::span<const uint32_t> lengths);

/// The graph's first embedding; null: it begins with activations.
const Embedding* embeddingOf(const Graph& graph);

/// Throws std::invalid_argument, with operator, field and value, unless every operator of a sequence
/// means something for any length (each bound of a mask moves with the row, as causal masks and
/// windows do, or lets in all of its side), and those of later sequences follow that of the first as
/// setLengths leaves them.
void checkSequences(const Graph& graph);

/// Makes `graph` the same model for a packed batch: the rows of its tensors become the tokens of
/// the sequences, one sequence behind the other, without padding. `graph` is for one sequence, or
/// what an earlier call made of that; masks that move with the row stay. Each SequenceOperator
/// becomes an operator and a tensor of its own per sequence, with ".<number>" behind their names
/// where there are several, as buildBertEncoder names them. Weights stay where they are in memory, and all
/// other tensors keep their ids. A graph with constants, whose rows are their own, is taken at the
/// one length that its inputs have, and stays.
/// `graph` is one that checkGraph takes. Throws std::invalid_argument for no sequence, an empty one,
/// one longer than an embedding's positions, more than 65536 tokens, and what checkSequences()
/// refuses; the graph is then unchanged.
void setLengths(Graph& graph, std::span<const uint32_t> lengths);

/// The same with a copy, or with what is moved in.
Graph withLengths(Graph graph, std::span<const uint32_t> lengths);

/// Values for the lists of an embedding: the sequences' tokens, and their places, position + the
/// model's positions x segment, positions from 0. The lengths must be the graph's. Throws
/// std::invalid_argument for a graph without embedding, for tokens beyond the vocabulary, and for
/// pairs where there is one segment.
TensorValues tokenInputs(const Graph& graph, const TokenBatch& batch);

/// The same computation with a table of the rows that these inputs ask for, in their order, and
/// lists that count through it: for a host that keeps the table of all tokens, which is larger than
/// the rest of a small model, out of the device's memory. The table has at least as many rows as
/// the model has positions, so that sizes do not depend on a sentence's length. A graph without
/// embedding stays.
void gatherTokens(Graph& graph, TensorValues& inputs);

}  // namespace intformer
