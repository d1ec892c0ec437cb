#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sw/embed/backend.hpp"

namespace intformer::accuracy {

/// How attention turns logits into weights. The last two are studies of what others do; no device
/// computes them.
enum class AttentionForm : uint8_t {
  Octaves,      ///< the device's own: 16-bit logits, weights normalized after the product
  ByteLogits,   ///< logits of 8 bits, LSB 2^-3 octave; else the device's own
  NormalizedP,  ///< I-BERT's: weights normalized to 8 bits before they meet the values
};

/// One way to run the integers.
struct Variant {
  std::string name;
  Family family = Family::Pwl;
  bool dither = false;
  AttentionForm form = AttentionForm::Octaves;
};

/// Families, dither and the studies; the first is the one that devices are built for.
std::vector<Variant> allVariants();

/// The variant's attention on values that hold query, key and value; writes op.output. `op` is one
/// sequence's, without mask.
void runAttention(const Graph& graph, const Attention& op, TensorValues& values,
                  const Variant& variant);

/// All values of the graph for one way to run it.
TensorValues runVariant(const Graph& graph, const TensorValues& inputs, const Variant& variant);

/// A backend that runs it on packed sentences.
std::unique_ptr<embed::Backend> variantBackend(const quantizer::QuantizedModel& model,
                                               const Variant& variant);

}  // namespace intformer::accuracy
