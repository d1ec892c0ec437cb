#include <algorithm>
#include <cmath>

#include "sw/golden/golden.hpp"
#include "sw/model/seeded_builder.hpp"

namespace intformer::model {

TensorId SeededBuilder::addMatrix(const std::string& name, uint32_t rows, uint32_t cols,
                                  uint32_t mean) {
  const TensorId id = addTensor(name, ElementType::Int8, cols, TensorRole::Constant, 0, rows);
  if (!drawn_) return id;
  Tensor values(ElementType::Int8, rows, cols);
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t c = 0; c < cols; ++c) {
      const double drawn = mean == 0 ? 32 * random_.normal() : c / mean == r ? 127 : 0;
      values.at(r, c) = static_cast<int16_t>(std::lround(drawn));
    }
  graph_.constants[id] = std::move(values);
  return id;
}

TensorId SeededBuilder::addProduct(const std::string& name, TensorId left, TensorId right) {
  const TensorInfo operand = graph_.tensors[right];
  Product op;
  op.name = name;
  op.left = left;
  op.right = right;
  op.output = addTensor(name, ElementType::Int8, operand.cols, TensorRole::Intermediate,
                        operand.groupCols, graph_.tensors[left].rows);
  op.epilogue.zero.assign(operand.cols, 0);
  if (drawn_) {
    values_[left] = graph_.constants.at(left);
    op.epilogue.scale = fitGroups(golden::productSums(graph_, op, values_), operand.cols,
                                  operand.groupCols, name);
  } else {
    op.epilogue.scale.assign(operand.cols, kIdentityScale);
  }
  const TensorId output = op.output;
  finish(std::move(op));
  return output;
}

void SeededBuilder::projectKeys(const std::string& prefix, Heads& heads) {
  if (spec_.projectedKeys == 0) return;
  const auto matrix = [&](const char* whose) {
    const std::string name = spec_.sharedProjection ? "projection" : prefix + "projection." + whose;
    const auto known = std::ranges::find(graph_.tensors, name, &TensorInfo::name);
    if (known != graph_.tensors.end()) return static_cast<TensorId>(known - graph_.tensors.begin());
    return addMatrix(name, spec_.projectedKeys, seq_);
  };
  heads.key = addProduct(prefix + "projected.key", matrix("key"), heads.key);
  heads.value = addProduct(prefix + "projected.value", matrix("value"), heads.value);
  heads.keys = spec_.projectedKeys;
}

TensorId SeededBuilder::addKeysInput(const std::string& name, uint32_t rows) {
  const uint32_t width = spec_.headWidth();
  const TensorId id = addTensor(name, ElementType::Int8, spec_.headsOfKeys() * width,
                                TensorRole::Input, width, rows);
  if (drawn_) values_[id] = seededInputs(graph_, seed_)[id];
  return id;
}

void SeededBuilder::rememberKeys(const std::string& prefix, Heads& heads) {
  uint32_t position = 0;
  const auto add = [&](TensorId key, TensorId value) {
    const uint32_t rows = graph_.tensors[key].rows;
    heads.before.push_back({.key = key, .value = value, .rows = rows, .position = position,
                            .mask = {.high = static_cast<int32_t>(rows)}});
    position += rows;
  };
  if (spec_.compressed != 0) {
    const uint32_t rows = spec_.compressed * spec_.compression;
    const TensorId means =
        addMatrix(prefix + "means", spec_.compressed, rows, spec_.compression);
    const TensorId key = addKeysInput(prefix + "old.key", rows);
    const TensorId value = addKeysInput(prefix + "old.value", rows);
    const TensorId shorter = addProduct(prefix + "compressed.key", means, key);
    add(shorter, addProduct(prefix + "compressed.value", means, value));
  }
  if (spec_.memory == 0) return;
  const TensorId key = addKeysInput(prefix + "memory.key", spec_.memory);
  add(key, addKeysInput(prefix + "memory.value", spec_.memory));
}

}  // namespace intformer::model
