#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sw/graph/tensor.hpp"
#include "sw/graph/traits.hpp"
#include "sw/numerics/scale.hpp"

namespace intformer {

/// Rows of two tables, scaled and added:
///   out16[r][c] = sat16(rshr(tokens[token[r]][c] * M1[c], s1[c]) +
///                       rshr(places[place[r]][c] * M2[c], s2[c]))
/// The second table holds the sums of position and segment embeddings: row segment * positions +
/// position. docs/2-numerics.md, section 2.13.
struct Embedding {
  std::string name;
  TensorId token = kNoTensor;   ///< Index: rows of the first table
  TensorId place = kNoTensor;   ///< Index: rows of the second
  TensorId output = kNoTensor;  ///< int16
  uint32_t vocabulary = 0;      ///< rows of the first table
  uint32_t placeCount = 0;      ///< rows of the second
  uint32_t positions = 0;       ///< of these, per segment; for who makes the lists
  uint32_t cols = 0;
  std::vector<int16_t> tokens;  ///< vocabulary x cols, row-major, 14 bits: -8192..8191
  std::vector<int16_t> places;  ///< placeCount x cols
  std::vector<Scale> tokenScale;
  std::vector<Scale> placeScale;
};

template <>
struct Traits<Embedding> {
  static constexpr const char* kKind = "embedding";
  static constexpr bool kRowWise = true;
  static std::vector<Operand> inputs(const Embedding& op);
  static std::vector<Operand> outputs(const Embedding& op);
  static uint64_t macs(const Graph& graph, const Embedding& op);
  static std::string shape(const Graph& graph, const Embedding& op);
  static Embedding withoutContents(const Embedding& op);
  static void check(const OperatorCheck& check, const Embedding& op);

  template <typename Archive, typename Op>
  static void fields(Archive& archive, Op& op) {
    archive("name", op.name);
    archive.tensor("token", op.token, Presence::Always);
    archive.tensor("place", op.place, Presence::Always);
    archive.tensor("output", op.output, Presence::Always);
    archive("vocabulary", op.vocabulary);
    archive("place_count", op.placeCount);
    archive("positions", op.positions);
    archive("cols", op.cols);
    archive("tokens", op.tokens);
    archive("places", op.places);
    archive("token_scale", op.tokenScale);
    archive("place_scale", op.placeScale);
  }
};

}  // namespace intformer
