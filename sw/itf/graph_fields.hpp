#pragma once

#include <concepts>
#include <type_traits>

#include "sw/graph/graph.hpp"

/// The fields of a graph's parts, each said once: for writing (const objects) and for reading.
/// Archives take `archive(key, field)`, `archive.tensor(key, id, Need)` for tensor ids and
/// `archive.choice(key, variant)` for variants, whose alternatives have a kind.
namespace intformer::itf {

enum class Need : uint8_t { Always, Optional };

template <typename T, typename Plain>
concept Is = std::same_as<std::remove_const_t<T>, Plain>;

template <typename T>
constexpr const char* kindName = nullptr;
template <>
inline constexpr const char* kindName<Linear> = "linear";
template <>
inline constexpr const char* kindName<Attention> = "attention";
template <>
inline constexpr const char* kindName<LayerNorm> = "layer_norm";
template <>
inline constexpr const char* kindName<Embedding> = "embedding";
template <>
inline constexpr const char* kindName<RequantizeEpilogue> = "requantize";
template <>
inline constexpr const char* kindName<ActivationEpilogue> = "activation";
template <>
inline constexpr const char* kindName<ResidualEpilogue> = "residual";

template <typename Archive>
void fields(Archive& archive, Is<TensorInfo> auto& info) {
  archive("name", info.name);
  archive("type", info.type, ElementType::Index);
  archive("rows", info.rows);
  archive("cols", info.cols);
  archive("role", info.role, TensorRole::Output);
  archive("group_cols", info.groupCols);
}

template <typename Archive>
void fields(Archive& archive, Is<RequantizeEpilogue> auto& epilogue) {
  archive("scale", epilogue.scale);
  archive("zero", epilogue.zero);
}

template <typename Archive>
void fields(Archive& archive, Is<ActivationEpilogue> auto& epilogue) {
  archive("function", epilogue.kind, ActivationKind::Gelu);
  archive("input", epilogue.input);
  archive("output", epilogue.output);
  archive("zero", epilogue.zero);
}

template <typename Archive>
void fields(Archive& archive, Is<ResidualEpilogue> auto& epilogue) {
  archive.tensor("identity", epilogue.identity, Need::Always);
  archive("product", epilogue.product);
  archive("skip", epilogue.skip);
}

template <typename Archive>
void fields(Archive& archive, Is<Linear> auto& op) {
  archive("name", op.name);
  archive.tensor("input", op.input, Need::Always);
  archive.tensor("output", op.output, Need::Always);
  archive("depth", op.depth);
  archive("cols", op.cols);
  archive("weights", op.weights);
  archive("bias", op.bias);
  archive.choice("epilogue", op.epilogue);
}

template <typename Archive>
void fields(Archive& archive, Is<Attention> auto& op) {
  archive("name", op.name);
  archive.tensor("query", op.query, Need::Always);
  archive.tensor("key", op.key, Need::Always);
  archive.tensor("value", op.value, Need::Always);
  archive.tensor("weights", op.weights, Need::Always);
  archive.tensor("output", op.output, Need::Always);
  archive("first_row", op.firstRow);
  archive("rows", op.rows);
  archive("heads", op.heads);
  archive("head_width", op.headWidth);
  archive("logit", op.logit);
  archive("result", op.result);
  archive("mask_low", op.mask.low);
  archive("mask_high", op.mask.high);
  archive("mask_low_moves", op.mask.lowMoves);
  archive("mask_high_moves", op.mask.highMoves);
  archive("dither", op.dither);
}

template <typename Archive>
void fields(Archive& archive, Is<LayerNorm> auto& op) {
  archive("name", op.name);
  archive.tensor("input", op.input, Need::Always);
  archive.tensor("output8", op.output8, Need::Optional);
  archive.tensor("output16", op.output16, Need::Optional);
  archive("epsilon", op.epsilon);
  archive("shift", op.shift);
  archive("gain", op.gain);
  archive("offset", op.offset);
}

template <typename Archive>
void fields(Archive& archive, Is<Embedding> auto& op) {
  archive("name", op.name);
  archive.tensor("token", op.token, Need::Always);
  archive.tensor("place", op.place, Need::Always);
  archive.tensor("output", op.output, Need::Always);
  archive("vocabulary", op.vocabulary);
  archive("place_count", op.placeCount);
  archive("positions", op.positions);
  archive("cols", op.cols);
  archive("tokens", op.tokens);
  archive("places", op.places);
  archive("token_scale", op.tokenScale);
  archive("place_scale", op.placeScale);
}

}  // namespace intformer::itf
