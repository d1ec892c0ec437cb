#include "sw/compiler/constants.hpp"

#include <algorithm>

namespace intformer::compiler {
namespace {

/// Writes one channel's record into the byte planes of its panel.
class Record {
 public:
  Record(std::span<uint8_t> words, uint32_t dim, uint32_t channel)
      : words_(words), dim_(dim), channel_(channel) {}
  void bias(int32_t value) {
    for (uint32_t byte = 0; byte < 4; ++byte)
      plane(byte) = static_cast<uint8_t>(static_cast<uint32_t>(value) >> (8 * byte));
  }
  void gain(int16_t value) { first(static_cast<uint16_t>(value)); }
  void scale(Scale scale) {
    first(scale.multiplier);
    plane(6) = scale.shift;
  }
  void zero(int8_t value) { plane(7) = static_cast<uint8_t>(value); }
  void secondScale(Scale scale) {
    plane(8) = static_cast<uint8_t>(scale.multiplier);
    plane(9) = static_cast<uint8_t>(scale.multiplier >> 8);
    plane(10) = scale.shift;
  }

 private:
  uint8_t& plane(uint32_t byte) { return words_[std::size_t{byte} * dim_ + channel_]; }
  void first(uint16_t value) {
    plane(4) = static_cast<uint8_t>(value);
    plane(5) = static_cast<uint8_t>(value >> 8);
  }

  std::span<uint8_t> words_;
  uint32_t dim_;
  uint32_t channel_;
};

}  // namespace

uint64_t ConstantPool::add(uint64_t bytes, Fill fill) {
  const uint64_t offset = bytes_;
  pieces_.push_back({offset, bytes, std::move(fill)});
  bytes_ += roundUp(bytes, 64);
  return offset;
}

std::vector<MemorySegment> ConstantPool::build(uint64_t base) const {
  std::vector<MemorySegment> segments;
  segments.reserve(pieces_.size());
  for (const Piece& piece : pieces_) {
    MemorySegment& segment = segments.emplace_back();
    segment.address = base + piece.offset;
    segment.bytes.resize(piece.bytes);
    piece.fill(segment.bytes);
  }
  return segments;
}

void fillWeights(const Linear& op, const TensorLayout& in, const TensorLayout& out, uint32_t dim,
                 uint32_t panel, uint32_t firstDepth, uint32_t depth, std::span<uint8_t> words) {
  const auto first = out.column(panel * dim);
  const auto last = out.column(panel * dim + dim - 1);
  const bool whole = first && last && *last == *first + dim - 1;
  for (uint32_t k = 0; k < depth; ++k) {
    const auto row = in.column(firstDepth + k);
    if (!row) continue;
    const int8_t* const source = op.weights.data() + std::size_t{*row} * op.cols;
    uint8_t* const target = words.data() + std::size_t{k} * dim;
    if (whole) {
      std::copy_n(reinterpret_cast<const uint8_t*>(source) + *first, dim, target);
      continue;
    }
    for (uint32_t c = 0; c < dim; ++c)
      if (const auto column = out.column(panel * dim + c))
        target[c] = static_cast<uint8_t>(source[*column]);
  }
}

void fillLinearConstants(const Linear& op, const TensorLayout& out, uint32_t dim, uint32_t panel,
                         std::span<uint8_t> words) {
  for (uint32_t c = 0; c < dim; ++c) {
    Record record(words, dim, c);
    const auto column = out.column(panel * dim + c);
    record.bias(column ? op.bias[*column] : 0);
    match(
        op.epilogue,
        [&](const RequantizeEpilogue& requantize) {
          record.scale(column ? requantize.scale[*column] : Scale{});
          record.zero(column ? requantize.zero[*column] : int8_t{0});
        },
        [&](const ActivationEpilogue& activation) {
          record.scale(column ? activation.input[*column] : Scale{});
          record.secondScale(column ? activation.output[*column] : Scale{});
          record.zero(column ? activation.zero[*column] : int8_t{0});
        },
        [&](const ResidualEpilogue& residual) {
          record.scale(column ? residual.product[*column] : Scale{});
          record.secondScale(column ? residual.skip[*column] : Scale{});
        });
  }
}

void fillProductConstants(const Product& op, const TensorLayout& out, uint32_t dim, uint32_t panel,
                          std::span<uint8_t> words) {
  for (uint32_t c = 0; c < dim; ++c) {
    const auto column = out.column(panel * dim + c);
    Record record(words, dim, c);
    record.scale(column ? op.epilogue.scale[*column] : Scale{});
    record.zero(column ? op.epilogue.zero[*column] : int8_t{0});
  }
}

void fillLayerNormConstants(const LayerNorm& op, const TensorLayout& out, uint32_t dim,
                            uint32_t panel, std::span<uint8_t> words) {
  for (uint32_t c = 0; c < dim; ++c) {
    const auto column = out.column(panel * dim + c);
    if (!column) continue;
    Record record(words, dim, c);
    record.bias(op.offset[*column]);
    record.gain(op.gain[*column]);
  }
}

void fillEmbeddingConstants(const Embedding& op, const TensorLayout& out, uint32_t dim,
                            uint32_t panel, std::span<uint8_t> words) {
  for (uint32_t c = 0; c < dim; ++c) {
    const auto column = out.column(panel * dim + c);
    Record record(words, dim, c);
    record.scale(column ? op.tokenScale[*column] : Scale{});
    record.secondScale(column ? op.placeScale[*column] : Scale{});
  }
}

namespace {

/// Calls put(target row, panel, channel, value) for every value of a table.
template <typename Put>
void fillTable(const std::vector<int16_t>& table, uint32_t cols, const TensorLayout& out,
               uint32_t dim, uint64_t pitch, std::span<uint8_t> bytes, Put put) {
  struct Target {
    uint32_t column, panel, channel;
  };
  std::vector<Target> targets;  // the same in every row
  for (uint32_t padded = 0; padded < out.panels * dim; ++padded)
    if (const auto column = out.column(padded))
      targets.push_back({*column, padded / dim, padded % dim});
  for (std::size_t row = 0; row < table.size() / cols; ++row)
    for (const Target& to : targets)
      put(bytes.data() + row * pitch, to.panel, to.channel, table[row * cols + to.column]);
}

}  // namespace

void fillTokenTable(const Embedding& op, const TensorLayout& out, uint32_t dim, uint64_t pitch,
                    std::span<uint8_t> bytes) {
  fillTable(op.tokens, op.cols, out, dim, pitch, bytes,
            [dim](uint8_t* row, uint32_t panel, uint32_t channel, int16_t value) {
              uint8_t* const high = row + std::size_t{2} * panel * dim + channel;
              high[0] = static_cast<uint8_t>(value >> 6);
              high[dim] = static_cast<uint8_t>(value & 63);
            });
}

void fillPlaceTable(const Embedding& op, const TensorLayout& out, uint32_t dim, uint64_t pitch,
                    std::span<uint8_t> bytes) {
  fillTable(op.places, op.cols, out, dim, pitch, bytes,
            [dim, panels = out.panels](uint8_t* row, uint32_t panel, uint32_t channel,
                                       int16_t value) {
              const uint32_t half = 2 * channel / dim;
              uint8_t* const at =
                  row + (std::size_t{half} * panels + panel) * dim + 2 * channel % dim;
              at[0] = static_cast<uint8_t>(value);
              at[1] = static_cast<uint8_t>(value >> 8);
            });
}

void fillTokenWeights(uint32_t dim, std::span<uint8_t> words) {
  for (std::size_t c = 0; c < dim; ++c) {
    words[c * dim + c] = 64;
    words[(dim + c) * dim + c] = 1;
  }
}

void fillIdentityConstants(uint32_t dim, std::span<uint8_t> words) {
  for (uint32_t c = 0; c < dim; ++c) {
    Record record(words, dim, c);
    record.scale(Scale{});
    record.secondScale({.multiplier = 32768, .shift = 15});
  }
}

void fillActivationTable(ActivationKind kind, uint32_t dim, std::span<uint8_t> words) {
  const ActivationTable table = activationTable(kind);
  for (std::size_t i = 0; i < ActivationTable::kSegments; ++i) {
    uint8_t* const word = words.data() + i * dim;
    const auto put = [&](std::size_t at, int16_t value) {
      word[at] = static_cast<uint8_t>(value);
      word[at + 1] = static_cast<uint8_t>(value >> 8);
    };
    put(0, table.a[i]);
    put(2, table.b[i]);
  }
}

Opcode epilogueOpcode(const Linear& op) {
  return match(
      op.epilogue, [](const RequantizeEpilogue&) { return Opcode::Requantize; },
      [](const ActivationEpilogue&) { return Opcode::Activation; },
      [](const ResidualEpilogue&) { return Opcode::Residual; });
}

std::optional<ActivationKind> tableOf(const Linear& op) {
  const auto* const epilogue = std::get_if<ActivationEpilogue>(&op.epilogue);
  if (epilogue == nullptr || epilogue->kind == ActivationKind::Gelu) return std::nullopt;
  return epilogue->kind;
}

}  // namespace intformer::compiler
