#include "sw/quantizer/integer_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace intformer::quantizer {

using floating::FloatGraph;
using floating::FloatTensorInfo;

namespace {

class FormBuilder {
 public:
  explicit FormBuilder(const FloatGraph& source) : source_(source) {
    form_.graph.name = source.name;
    form_.tensors.resize(source.tensors.size());
  }

  IntegerForm build() {
    for (const floating::FloatOperator& op : source_.operators)
      std::visit([&](const auto& specific) { add(specific); }, op);
    const IntegerTensors& output = form_.tensors[source_.output];
    require(output.narrow != kNoTensor && output.wide != kNoTensor, "the graph's output",
            source_.output, "is no LayerNorm's result");
    return std::move(form_);
  }

 private:
  void require(bool holds, const std::string& who, TensorId id, const char* what) const {
    if (!holds)
      throw std::invalid_argument(
          fmt::format("{}: {}: {} {}", source_.name, who, source_.tensors[id].name, what));
  }
  TensorId addTensor(const std::string& name, ElementType type, uint32_t cols,
                     TensorRole role = TensorRole::Intermediate, uint32_t groupCols = 0) {
    return form_.graph.addTensor({name, type, 1, cols, role, groupCols});
  }
  TensorId addNarrow(TensorId id) {
    const FloatTensorInfo& info = source_.tensors[id];
    return form_.tensors[id].narrow = addTensor(info.name, ElementType::Int8, info.cols,
                                                TensorRole::Intermediate, info.groupCols);
  }
  TensorId addWide(TensorId id) {
    const FloatTensorInfo& info = source_.tensors[id];
    return form_.tensors[id].wide = addTensor(info.name, ElementType::Int16, info.cols);
  }
  TensorId narrow(TensorId id, const std::string& reader) const {
    require(form_.tensors[id].narrow != kNoTensor, reader, id, "has no form of 8 bits");
    return form_.tensors[id].narrow;
  }
  TensorId wide(TensorId id, const std::string& reader) const {
    require(form_.tensors[id].wide != kNoTensor, reader, id, "has no form of 16 bits");
    return form_.tensors[id].wide;
  }
  [[nodiscard]] bool isAdded(TensorId id) const {
    return std::ranges::any_of(source_.operators, [&](const floating::FloatOperator& op) {
      const auto* linear = std::get_if<floating::FloatLinear>(&op);
      const auto* residual =
          linear ? std::get_if<floating::FloatResidual>(&linear->epilogue) : nullptr;
      return residual != nullptr && residual->identity == id;
    });
  }

  void add(const floating::FloatEmbedding& source) {
    Embedding op;
    op.name = source.name;
    op.token = addTensor("tokens", ElementType::Index, 2, TensorRole::Input);
    op.place = addTensor("places", ElementType::Index, 2, TensorRole::Input);
    op.output = addWide(source.output);
    op.cols = source_.tensors[source.output].cols;
    op.vocabulary = source.vocabulary;
    op.positions = source.positions;
    op.placeCount = source.positions * std::max(1U, source.segments);
    op.tokenScale.assign(op.cols, kIdentityScale);
    op.placeScale.assign(op.cols, kIdentityScale);
    form_.graph.operators.emplace_back(std::move(op));
  }

  void add(const floating::FloatInput& source) {
    form_.graph.tensors[addNarrow(source.output)].role = TensorRole::Input;
  }

  void add(const floating::FloatLinear& source) {
    Linear op;
    op.name = source.name;
    op.input = narrow(source.input, source.name);
    op.depth = source.map.depth;
    op.cols = source.map.cols;
    const std::vector<Scale> ones(op.cols, kIdentityScale);
    const std::vector<int8_t> zeros(op.cols, 0);
    if (const auto* residual = std::get_if<floating::FloatResidual>(&source.epilogue)) {
      const IntegerTensors& added = form_.tensors[residual->identity];
      op.epilogue =
          ResidualEpilogue{added.wide != kNoTensor ? added.wide : added.narrow, ones, ones};
      op.output = addWide(source.output);
    } else {
      if (const auto* activation = std::get_if<floating::FloatActivation>(&source.epilogue))
        op.epilogue = ActivationEpilogue{activation->kind, ones, ones, zeros};
      else
        op.epilogue = RequantizeEpilogue{ones, zeros};
      op.output = addNarrow(source.output);
    }
    form_.graph.operators.emplace_back(std::move(op));
  }

  void add(const floating::FloatAttention& source) {
    Attention op;
    op.name = source.name;
    op.query = narrow(source.query, source.name);
    op.weights = addTensor(weightsName(source.name), ElementType::Uint8, 1);
    form_.graph.tensors[op.weights].rows = source.heads;
    op.output = addNarrow(source.output);
    op.rows = 1;
    op.heads = op.keyHeads = source.heads;
    op.headWidth = source.headWidth;
    op.logit.assign(op.heads, kIdentityScale);
    op.result.assign(op.heads, kIdentityScale);
    op.segments = {ownKeys(op, narrow(source.key, source.name),
                           narrow(source.value, source.name), source.reach.mask(op.rows))};
    form_.graph.operators.emplace_back(std::move(op));
  }

  void add(const floating::FloatLayerNorm& source) {
    const FloatTensorInfo& info = source_.tensors[source.output];
    const bool isOutput = source.output == source_.output;
    const TensorRole role = isOutput ? TensorRole::Output : TensorRole::Intermediate;
    IntegerTensors& tensors = form_.tensors[source.output];
    LayerNorm op;
    op.name = source.name;
    op.input = wide(source.input, source.name);
    if (isOutput || !floating::mapsThatRead(source_, source.output).empty())
      tensors.narrow = addTensor(info.name + "8", ElementType::Int8, info.cols, role);
    if (isOutput || isAdded(source.output))
      tensors.wide = addTensor(info.name + "16", ElementType::Int16, info.cols, role);
    op.output8 = tensors.narrow;
    op.output16 = tensors.wide;
    op.gain.assign(info.cols, 0);
    op.offset.assign(info.cols, 0);
    op.rootMeanSquare = source.rootMeanSquare;
    form_.graph.operators.emplace_back(std::move(op));
  }

  /// "layer0.attention.weights" of the attention "layer0.attention.context".
  static std::string weightsName(const std::string& name) {
    return name.substr(0, name.rfind('.') + 1) + "weights";
  }

  const FloatGraph& source_;
  IntegerForm form_;
};

}  // namespace

IntegerForm integerForm(const FloatGraph& graph) { return FormBuilder(graph).build(); }

}  // namespace intformer::quantizer
