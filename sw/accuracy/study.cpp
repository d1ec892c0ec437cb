#include "sw/accuracy/study.hpp"

#include <algorithm>

#include "sw/golden/golden.hpp"
#include "sw/numerics/numerics.hpp"

namespace intformer::accuracy {
namespace {

constexpr unsigned kByteLogitShift = 5;  // LSB 2^-8 octave to 2^-3: +-16 octaves
constexpr unsigned kProbabilityBits = 8;

/// Logits of a row, by the golden model's formula, and in 8 bits where the variant wants it.
std::vector<int32_t> logits(const Attention& op, const TensorValues& values, uint32_t head,
                            uint32_t row, AttentionForm form) {
  const KeySegment& keys = op.segments.front();
  std::vector<int32_t> t(keys.rows);
  const uint32_t first = head * op.headWidth;
  for (uint32_t j = 0; j < keys.rows; ++j) {
    int64_t sum = 0;
    for (uint32_t c = first; c < first + op.headWidth; ++c)
      sum += values[op.query].at(op.firstRow + row, c) * values[keys.key].at(keys.firstRow + j, c);
    t[j] = static_cast<int32_t>(requantize<16>(sum, op.logit[head]));
    if (form == AttentionForm::ByteLogits)
      t[j] = saturate8(rshr(t[j], kByteLogitShift)) * (1 << kByteLogitShift);
  }
  return t;
}

/// A row of the head's result.
void runRow(const Attention& op, TensorValues& values, const Variant& variant, uint32_t head,
            uint32_t row) {
  const std::vector<int32_t> t = logits(op, values, head, row, variant.form);
  const int32_t peak = *std::ranges::max_element(t);
  std::vector<int32_t> weights(op.rows);
  int64_t sum = 0;
  for (uint32_t j = 0; j < op.rows; ++j) {
    const int32_t e = exp16(static_cast<uint32_t>(peak - t[j]), variant.family);
    weights[j] = variant.form == AttentionForm::NormalizedP ? e : exp8(e, row, j, op.dither);
    sum += weights[j];
  }
  SoftmaxRow scalars = softmaxRow(static_cast<uint32_t>(sum), op.result[head]);
  if (variant.form == AttentionForm::NormalizedP) {
    // IntSoftmax of I-BERT's code: floor(e * floor(2^32 / sum) / 2^(32 - 8)), here at most 255.
    const int64_t factor = (int64_t{1} << 32) / sum;
    for (int32_t& weight : weights)
      weight = static_cast<int32_t>(
          std::min<int64_t>(255, weight * factor >> (32 - kProbabilityBits)));
    scalars = {op.result[head].multiplier,
               static_cast<uint8_t>(op.result[head].shift + kProbabilityBits)};
  }
  for (uint32_t c = head * op.headWidth; c < (head + 1) * op.headWidth; ++c) {
    int64_t acc = 0;
    for (uint32_t j = 0; j < op.rows; ++j)
      acc += int64_t{weights[j]} * values[op.segments.front().value].at(op.firstRow + j, c);
    values[op.output].at(op.firstRow + row, c) = rowNormalize(acc, scalars);
  }
}

}  // namespace

std::vector<Variant> allVariants() {
  return {{"pwl", Family::Pwl, false, AttentionForm::Octaves},
          {"pwl, dither", Family::Pwl, true, AttentionForm::Octaves},
          {"ibert", Family::Ibert, false, AttentionForm::Octaves},
          {"ibert, dither", Family::Ibert, true, AttentionForm::Octaves},
          {"pwl, 8-bit logits", Family::Pwl, false, AttentionForm::ByteLogits},
          {"pwl, normalized P", Family::Pwl, false, AttentionForm::NormalizedP}};
}

void runAttention(const Graph& graph, const Attention& op, TensorValues& values,
                  const Variant& variant) {
  if (values[op.output].data.empty()) {
    const TensorInfo& info = graph.tensors[op.output];
    values[op.output] = Tensor(info.type, info.rows, info.cols);
  }
  for (uint32_t head = 0; head < op.heads; ++head)
    for (uint32_t row = 0; row < op.rows; ++row) runRow(op, values, variant, head, row);
}

TensorValues runVariant(const Graph& graph, const TensorValues& inputs, const Variant& variant) {
  TensorValues values = inputs;
  for (const Operator& op : graph.operators) {
    const auto* attention = std::get_if<Attention>(&op);
    if (attention == nullptr) {
      golden::runOperator(graph, op, values, variant.family);
      continue;
    }
    Attention chosen = *attention;
    chosen.dither = variant.dither;
    if (variant.form == AttentionForm::Octaves)
      golden::runOperator(graph, chosen, values, variant.family);
    else
      runAttention(graph, chosen, values, variant);
  }
  return values;
}

std::unique_ptr<embed::Backend> variantBackend(const quantizer::QuantizedModel& model,
                                               const Variant& variant) {
  return embed::graphBackend(model, [variant](const Graph& graph, const TensorValues& inputs) {
    return runVariant(graph, inputs, variant);
  });
}

}  // namespace intformer::accuracy
