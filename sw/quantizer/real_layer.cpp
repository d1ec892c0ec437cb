#include "sw/quantizer/real_layer.hpp"

#include <fmt/format.h>

#include <array>

#include "sw/tokenizer/tokenizer.hpp"

namespace intformer {

std::span<const std::string_view> calibrationSentences() {
  static constexpr std::array<std::string_view, 24> kSentences = {
      "The river rose by two metres overnight, and the bridge had to be closed.",
      "She put the letter back into the drawer and never spoke of it again.",
      "How do I reset the password of my account?",
      "In 1969, about 600 million people watched the first steps on the moon.",
      "The committee will publish its report on water quality in March.",
      "A good soup starts with onions, butter, and patience.",
      "Proteins fold into shapes that decide what they can bind to.",
      "He scored twice in the second half; the crowd went wild.",
      "Interest rates were left unchanged at 4.5 percent, as most analysts had expected.",
      "Yes.",
      "The old lighthouse keeper counted ships, not years.",
      "Install the package, open a terminal, and run the tests (they take a minute).",
      "\"Where are you going?\" asked the boy. \"Home,\" said the fox.",
      "Patients with mild symptoms recovered within ten days without treatment.",
      "This phone is terrible: the battery dies before lunch and the screen flickers.",
      "Under the new law, landlords must return the deposit within thirty days.",
      "The train to Vienna leaves from platform 7 at 18:42.",
      "Quantum computers do not try all answers at once, whatever the headlines say.",
      "My grandmother grew tomatoes, beans and the largest pumpkins in the village.",
      "The court found that the contract was void because neither party had signed it.",
      "Large flocks of starlings turn together as if they were one animal.",
      "What is the capital of Australia?",
      "Prices fell, wages rose, and for a while everybody was content.",
      "The function returns the index of the first element greater than x, or -1 if none is.",
  };
  return kSentences;
}

RealLayer importRealLayer(const std::string& directory, std::string_view sentence,
                          uint32_t layers) {
  const Tokenizer tokenizer = Tokenizer::fromFile(directory + "/vocab.txt");
  const FloatBert model = readBert(directory, layers + 1);
  if (layers == 0 || layers > model.layers.size())
    throw ImportError(fmt::format("{}: {} layers asked for, the model has {}", directory, layers,
                                  model.config.layers));
  std::vector<std::vector<uint32_t>> calibration;
  for (const std::string_view text : calibrationSentences())
    calibration.push_back(tokenizer.encode(text));
  const std::vector<LayerRanges> ranges = calibrate(model, calibration, layers);

  const std::vector<uint32_t> tokens = tokenizer.encode(sentence);
  RealLayer result;
  for (const uint32_t token : tokens) result.pieces.push_back(tokenizer.piece(token));
  const FloatMatrix input = embed(model, tokens);
  result.quantized =
      quantizeBert(model, ranges, static_cast<uint32_t>(tokens.size()), "real-layer");
  result.inputs = quantizeInput(result.quantized, input);
  result.reference = input;
  for (uint32_t index = 0; index < layers; ++index)
    result.reference = runFloatLayer(model.config, model.layers[index], result.reference).output;
  return result;
}

}  // namespace intformer
