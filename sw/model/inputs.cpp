#include <cmath>

#include "sw/model/bert.hpp"
#include "sw/model/random.hpp"

namespace intformer {
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

}  // namespace

TensorValues seededInputs(const Graph& graph, uint64_t seed) {
  Random random(seed ^ 0x696e70757473);
  TensorValues values(graph.tensors.size());
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    const TensorInfo& info = graph.tensors[id];
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

}  // namespace intformer
