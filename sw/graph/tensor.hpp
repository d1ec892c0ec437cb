#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Matrices of integers: their values, and what a graph says of them.
namespace intformer {

/// Index: half of a 32-bit row number. Tensors of it have two columns, low half and high half, and
/// lie in memory as a plain list.
enum class ElementType : uint8_t { Int8, Uint8, Int16, Index };

/// Bytes of one element in memory.
constexpr uint32_t elementBytes(ElementType type) {
  return type == ElementType::Int16 || type == ElementType::Index ? 2 : 1;
}

/// A matrix of integers, row-major. Every element type fits int16, and one storage type keeps the
/// golden model's inner loops simple.
struct Tensor {
  ElementType type = ElementType::Int8;
  uint32_t rows = 0;
  uint32_t cols = 0;
  std::vector<int16_t> data;

  Tensor() = default;
  Tensor(ElementType elementType, uint32_t rowCount, uint32_t colCount)
      : type(elementType), rows(rowCount), cols(colCount),
        data(static_cast<std::size_t>(rowCount) * colCount) {}

  int16_t& at(uint32_t row, uint32_t col) {
    return data[static_cast<std::size_t>(row) * cols + col];
  }
  [[nodiscard]] int16_t at(uint32_t row, uint32_t col) const {
    return data[static_cast<std::size_t>(row) * cols + col];
  }
  /// Row numbers of an Index tensor.
  [[nodiscard]] uint32_t index(uint32_t row) const {
    return static_cast<uint16_t>(at(row, 0)) | uint32_t{static_cast<uint16_t>(at(row, 1))} << 16;
  }
  void setIndex(uint32_t row, uint32_t value) {
    at(row, 0) = static_cast<int16_t>(value);
    at(row, 1) = static_cast<int16_t>(value >> 16);
  }
  bool operator==(const Tensor&) const = default;
};

using TensorId = uint32_t;
inline constexpr TensorId kNoTensor = ~TensorId{0};

/// Constant: its values are the graph's own; nobody gives or writes them.
enum class TensorRole : uint8_t { Input, Intermediate, Output, Constant };

struct TensorInfo {
  std::string name;  ///< unique, e.g. "layer0.attention.query"
  ElementType type = ElementType::Int8;
  uint32_t rows = 0;
  uint32_t cols = 0;
  TensorRole role = TensorRole::Intermediate;
  /// Columns come in groups that the compiler may pad to a panel boundary each (attention heads).
  /// 0: one group of `cols` columns.
  uint32_t groupCols = 0;
};

/// Whether its values are there before the first operator.
inline bool isGiven(const TensorInfo& info) {
  return info.role == TensorRole::Input || info.role == TensorRole::Constant;
}

}  // namespace intformer
