#pragma once

#include <cstdint>
#include <vector>

#include "gen/plan.hpp"
#include "sw/float/float_model.hpp"
#include "sw/quantizer/quantize_model.hpp"

namespace intformer::test {

/// The synthetic BERT of tests/import/synthetic_bert.hpp, read from its files.
floating::FloatModel randomBert(uint64_t seed);

/// Random sentences of the model's ids, 1 to 20 tokens long.
std::vector<std::vector<uint32_t>> randomSentences(const floating::FloatModel& model,
                                                   uint32_t count, uint64_t seed);

/// Last hidden states of one sentence by the golden model, in reals.
floating::FloatMatrix runQuantized(const quantizer::QuantizedModel& model,
                                   const std::vector<uint32_t>& tokens,
                                   Family family = Family::Pwl);

/// Mean of the cosines of all rows over the sentences.
double meanCosine(const floating::FloatModel& model, const quantizer::QuantizedModel& quantized,
                  const std::vector<std::vector<uint32_t>>& sentences, Family family = Family::Pwl);

}  // namespace intformer::test
