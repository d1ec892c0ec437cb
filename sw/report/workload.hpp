#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace intformer::report {

/// What an encoder asks for at least, whatever runs it: the counting rules of the surveys' tables.
struct EncoderShape {
  std::string_view name;
  uint32_t width = 0;   ///< d; the feed-forward's hidden tensor has 4 d columns
  uint32_t heads = 0;
  uint32_t layers = 0;
};
inline constexpr EncoderShape kBertBase{"BERT-Base", 768, 12, 12};
inline constexpr EncoderShape kBertLarge{"BERT-Large", 1024, 16, 24};

struct Work {
  double flops = 0;  ///< a multiply-accumulate counts as two
  double bytes = 0;  ///< int8: operands and results once per operator
  [[nodiscard]] double intensity() const { return flops / bytes; }
};

/// Projections (query, key, value, output), attention (two products), feed-forward, and the rest:
/// softmax, GELU, residuals, normalization. Of all layers.
struct Workload {
  std::array<Work, 4> parts;
  [[nodiscard]] Work total() const;
};
inline constexpr std::array<std::string_view, 4> kWorkParts = {"projections", "attention",
                                                               "feed-forward", "other"};
Workload workloadOf(const EncoderShape& shape, uint32_t tokens);

}  // namespace intformer::report
