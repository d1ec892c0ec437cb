#include <cmath>

#include "sw/model/bert.hpp"
#include "sw/model/random.hpp"

namespace intformer::model {
namespace {

/// Bell-shaped values over most of the type's range; channels differ in how much of it they use.
Tensor draw(const TensorInfo& info, Random& random) {
  Tensor tensor(info.type, info.rows, info.cols);
  const double peak = info.type == ElementType::Int16 ? 32767 : 127;
  std::vector<double> gain(info.cols);
  for (double& g : gain) g = peak / 3.5 * (0.4 + 0.6 * random.uniform());
  const double offset = info.type == ElementType::Uint8 ? 128 : 0;
  for (uint32_t r = 0; r < info.rows; ++r)
    for (uint32_t c = 0; c < info.cols; ++c)
      tensor.at(r, c) = static_cast<int16_t>(std::lround(random.normal() * gain[c] + offset));
  return tensor;
}

/// The tensor "<x>16" beside "<x>8", or kNoTensor.
TensorId widePartner(const Graph& graph, const TensorInfo& narrow) {
  if (narrow.type != ElementType::Int8 || !narrow.name.ends_with('8')) return kNoTensor;
  const std::string name = narrow.name.substr(0, narrow.name.size() - 1) + "16";
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    if (info.name == name && info.role == TensorRole::Input && info.type == ElementType::Int16 &&
        info.rows == narrow.rows && info.cols == narrow.cols)
      return id;
  }
  return kNoTensor;
}

/// Tokens of each sequence, as the operators of the first layer take them.
std::vector<uint32_t> sequencesOf(const Graph& graph, uint32_t rows) {
  std::vector<uint32_t> lengths;
  uint32_t row = 0;
  for (const Operator& op : graph.operators)
    if (const auto sequence = sequenceOf(op);
        sequence && sequence->firstRow == row && row < rows) {
      lengths.push_back(sequence->rows);
      row += sequence->rows;
    }
  if (row < rows) lengths.push_back(rows - row);
  return lengths;
}

void drawLists(const Graph& graph, const Embedding& op, TensorValues& values, Random& random) {
  const uint32_t rows = graph.tensors[op.token].rows;
  values[op.token] = Tensor(ElementType::Index, rows, 2);
  values[op.place] = Tensor(ElementType::Index, rows, 2);
  for (uint32_t r = 0; r < rows; ++r) values[op.token].setIndex(r, random.below(op.vocabulary));
  uint32_t row = 0;
  for (const uint32_t length : sequencesOf(graph, rows))
    for (uint32_t position = 0; position < length; ++position) {
      const bool second = op.placeCount > op.positions && 3 * position >= 2 * length;
      values[op.place].setIndex(row++,
                                (second ? op.positions : 0) + position % op.positions);
    }
}

}  // namespace

TensorValues seededInputs(const Graph& graph, uint64_t seed) {
  Random random(seed ^ 0x696e70757473);
  TensorValues values(graph.tensors.size());
  for (const Embedding* embedding : operatorsOf<Embedding>(graph))
    drawLists(graph, *embedding, values, random);
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    if (info.type == ElementType::Index) continue;
    if (info.role == TensorRole::Input && widePartner(graph, info) == kNoTensor)
      values[id] = draw(info, random);
  }
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
    if (info.role != TensorRole::Input || !values[id].data.empty()) continue;
    const Tensor& wide = values[widePartner(graph, info)];
    values[id] = Tensor(info.type, info.rows, info.cols);
    for (std::size_t i = 0; i < wide.data.size(); ++i)
      values[id].data[i] = saturate8(rshr(wide.data[i], 8));
  }
  return values;
}

}  // namespace intformer::model
