#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sw/accuracy/result.hpp"
#include "sw/version/version.hpp"

namespace intformer::accuracy {

std::string accuracyText(const AccuracyResult& result) {
  std::string text = fmt::format("{:<20} {:>9} {:>9} {:>9} {:>9}\n", "integers against float32",
                                 "mean cos", "worst cos", "same 1st", "1st in 5");
  for (const auto& [variant, agreement] : result.variants)
    text += fmt::format("{:<24} {:>9.5f} {:>9.5f} {:>7.1f} % {:>7.1f} %\n", variant.name,
                        agreement.mean, agreement.worst, 100 * agreement.sameNearest,
                        100 * agreement.nearestInFive);
  text += fmt::format("\n{:<24} {:>9} {:>9} {:>9}\n", "after", "mean cos", "worst cos", "rms/std");
  for (const LayerError& layer : result.layers)
    text += fmt::format("{:<24} {:>9.5f} {:>9.5f} {:>9.4f}\n", layer.tensor, layer.mean,
                        layer.worst, layer.relative);
  return text + "\n" + reference::formatErrors(result.operators);
}

std::string accuracyJson(const AccuracyResult& result) {
  nlohmann::ordered_json json = {
      {"generator", "intformer " + std::string(version::programVersion())},
      {"model", result.model},
      {"integers", result.origin},
      {"corpus", result.corpus},
      {"queries", result.queries},
      {"lines", result.lines},
      {"sampled", result.sampled}};
  for (const auto& [variant, agreement] : result.variants)
    json["variants"].push_back({{"name", variant.name},
                                {"mean_cosine", agreement.mean},
                                {"worst_cosine", agreement.worst},
                                {"same_nearest", agreement.sameNearest},
                                {"nearest_in_five", agreement.nearestInFive}});
  for (const LayerError& layer : result.layers)
    json["layers"].push_back({{"tensor", layer.tensor},
                              {"mean_cosine", layer.mean},
                              {"worst_cosine", layer.worst},
                              {"relative_error", layer.relative}});
  for (const reference::OperatorError& error : result.operators)
    json["operators"].push_back({{"tensor", error.tensor},
                                 {"kind", error.kind},
                                 {"largest_lsb", error.largest},
                                 {"rms_lsb", error.rootMeanSquare},
                                 {"deviation_lsb", error.deviation}});
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace intformer::accuracy
