#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace intformer {

enum class ElementType : uint8_t { Int8, Uint8, Int16 };

/// Bytes of one element in memory.
constexpr uint32_t elementBytes(ElementType type) { return type == ElementType::Int16 ? 2 : 1; }

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
  bool operator==(const Tensor&) const = default;
};

}  // namespace intformer
