#include "tests/quantizer/support.hpp"

#include <array>

#include "sw/float/run_float.hpp"
#include "sw/golden/golden.hpp"
#include "sw/graph/lengths.hpp"
#include "sw/import/bert.hpp"
#include "sw/model/random.hpp"
#include "tests/import/synthetic_bert.hpp"

namespace intformer::test {

using floating::FloatModel;

FloatModel randomBert(uint64_t seed) {
  const TemporaryFolder folder;
  writeBert(folder, syntheticBert(seed));
  return importer::bert::read(folder.path());
}

std::vector<std::vector<uint32_t>> randomSentences(const FloatModel& model, uint32_t count,
                                                   uint64_t seed) {
  model::Random random(seed);
  std::vector<std::vector<uint32_t>> sentences(count);
  for (auto& tokens : sentences) {
    tokens.resize(1 + random.below(20));
    for (uint32_t& token : tokens) token = random.below(model.shape.vocabulary);
  }
  return sentences;
}

floating::FloatMatrix runQuantized(const quantizer::QuantizedModel& model,
                                   const std::vector<uint32_t>& tokens, Family family) {
  const auto rows = static_cast<uint32_t>(tokens.size());
  const Graph graph = withLengths(model.graph, std::array{rows});
  TensorValues inputs(graph.tensors.size());
  inputs[model.tokens] = inputs[model.places] = Tensor(ElementType::Index, rows, 2);
  for (uint32_t r = 0; r < rows; ++r) {
    inputs[model.tokens].setIndex(r, tokens[r]);
    inputs[model.places].setIndex(r, r);
  }
  return quantizer::dequantizeOutput(model, golden::runGolden(graph, inputs, family));
}

double meanCosine(const FloatModel& model, const quantizer::QuantizedModel& quantized,
                  const std::vector<std::vector<uint32_t>>& sentences, Family family) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& tokens : sentences)
    for (const double cosine :
         quantizer::rowCosines(runQuantized(quantized, tokens, family),
                               floating::floatOutput(model.graph, {{tokens}}))) {
      sum += cosine;
      ++count;
    }
  return sum / static_cast<double>(count);
}

}  // namespace intformer::test
