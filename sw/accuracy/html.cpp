#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sw/accuracy/result.hpp"
#include "sw/report/page.hpp"
#include "sw/report/svg.hpp"

namespace intformer::accuracy {
namespace {

using report::escape;
using report::Svg;

constexpr double kWidth = 960;

/// Counts of 1 - cosine in bins that grow by a factor, from 1e-5 to 1.
std::string histogram(const Agreement& agreement) {
  constexpr int kBins = 50;
  constexpr double kLow = -5, kDecades = 5, kLeft = 60, kRight = 940, kTop = 20, kBottom = 250;
  std::array<uint32_t, kBins> counts{};
  for (const double cosine : agreement.cosines) {
    const double at = (std::log10(std::max(1e-5, 1 - cosine)) - kLow) / kDecades * kBins;
    ++counts[static_cast<std::size_t>(std::clamp(at, 0.0, kBins - 1.0))];
  }
  const double peak = std::max(1U, std::ranges::max(counts));
  Svg svg(kWidth, 300, "Histogram of one minus the cosine of every sentence");
  for (int decade = 0; decade <= 5; ++decade) {
    const double x = kLeft + decade * (kRight - kLeft) / kDecades;
    svg.line(x, kTop, x, kBottom, "grid");
    svg.text(x, kBottom + 18, fmt::format("{}", 1 - std::pow(10, decade + kLow)), "middle", "tick");
  }
  const double width = (kRight - kLeft) / kBins;
  for (int bin = 0; bin < kBins; ++bin) {
    const uint32_t count = counts[static_cast<std::size_t>(bin)];
    const double height = count / peak * (kBottom - kTop);
    if (count != 0)
      svg.rect(kLeft + bin * width + 1, kBottom - height, width - 2, height, "k0",
               fmt::format("{} sentences with a cosine of about {:.5f}", count,
                           1 - std::pow(10, kLow + (bin + 0.5) * kDecades / kBins)));
  }
  svg.line(kLeft, kBottom, kRight, kBottom, "axis");
  svg.text(kLeft - 8, kTop + 8, report::grouped(static_cast<uint64_t>(peak)), "end", "tick");
  svg.text((kLeft + kRight) / 2, kBottom + 40, "cosine to float32 (worse to the right)", "middle");
  return "<figure>" + svg.finish() + "</figure>\n";
}

/// Bars of values that belong to names.
struct Bar {
  std::string name;
  double value = 0;
  std::string tip;
};
std::string bars(const std::vector<Bar>& all, const std::string& label) {
  constexpr double kLeft = 210, kRow = 22, kMost = 660;
  double peak = 1e-12;
  for (const Bar& bar : all) peak = std::max(peak, bar.value);
  Svg svg(kWidth, kRow * static_cast<double>(all.size()) + 8, label);
  double y = 4;
  for (const Bar& bar : all) {
    const double width = bar.value / peak * kMost;
    svg.text(kLeft - 8, y + 14, bar.name, "end");
    svg.rect(kLeft, y + 3, std::max(1.0, width), kRow - 7, "k0", bar.tip);
    svg.text(kLeft + width + 6, y + 14, fmt::format("{:.4f}", bar.value), "start", "tick");
    y += kRow;
  }
  return "<figure>" + svg.finish() + "</figure>\n";
}

std::string variantSection(const AccuracyResult& result) {
  std::string text =
      "<h2>Families, dither and what others do</h2>\n<div class=\"scroll\"><table><thead><tr>"
      "<th>integers</th><th class=\"n\">mean cosine</th><th class=\"n\">worst cosine</th>"
      "<th class=\"n\">same nearest</th><th class=\"n\">nearest in best five</th></tr></thead>"
      "<tbody>\n";
  for (const auto& [variant, agreement] : result.variants)
    text += fmt::format(
        "<tr><th>{}</th><td class=\"n\">{:.5f}</td><td class=\"n\">{:.5f}</td><td class=\"n\">"
        "{}</td><td class=\"n\">{}</td></tr>\n",
        escape(variant.name), agreement.mean, agreement.worst,
        report::percent(agreement.sameNearest), report::percent(agreement.nearestInFive));
  return text +
         "</tbody></table></div>\n<p>The last two are studies, which no device computes: logits "
         "rounded to 8 bits (LSB 1/8 octave), and I-BERT's softmax, which normalizes the weights to "
         "8 bits before they meet the values.</p>\n";
}

std::string layerSection(const AccuracyResult& result) {
  std::vector<Bar> all;
  for (const LayerError& layer : result.layers)
    all.push_back({layer.tensor, layer.relative,
                   fmt::format("cosine per token: mean {:.5f}, worst {:.5f}", layer.mean,
                               layer.worst)});
  return fmt::format("<h2>Drift from layer to layer</h2>\n<p>Root mean square error of every "
                     "LayerNorm's result over float32's standard deviation, on {} sentences.</p>\n",
                     result.sampled) +
         bars(all, "Error after every LayerNorm");
}

std::string operatorSection(const AccuracyResult& result) {
  std::vector<Bar> all;
  for (const reference::OperatorError& error : result.operators)
    all.push_back({error.tensor, error.rootMeanSquare / std::max(1e-9, error.deviation),
                   fmt::format("largest {:.2f} LSB, rms {:.3f} LSB", error.largest,
                               error.rootMeanSquare)});
  return "<h2>What every operator adds</h2>\n<p>Against the float64 function of the same integers: "
         "rms error over the result's standard deviation, the worst layer. Rounding of weights and "
         "of what an operator reads is not in it.</p>\n" +
         bars(all, "Error that every operator adds");
}

}  // namespace

std::string accuracyHtml(const AccuracyResult& result) {
  const Agreement& own = result.variants.front().agreement;
  const auto origin = result.origin.find("calibration");
  const std::string body =
      fmt::format("<p>Sentence embeddings of {} in integers ({}) against float32, on {} queries over "
                  "{} lines of {}.{}</p>\n<dl class=\"figures\">\n",
                  escape(result.model), escape(result.variants.front().variant.name),
                  report::grouped(result.queries), report::grouped(result.lines),
                  escape(result.corpus),
                  origin == result.origin.end()
                      ? ""
                      : " Calibrated on " + escape(origin->second) + ".") +
      report::figure("mean cosine", fmt::format("{:.5f}", own.mean), "per sentence") +
      report::figure("worst cosine", fmt::format("{:.5f}", own.worst), "of all sentences") +
      report::figure("same nearest line", report::percent(own.sameNearest), "as float32 finds") +
      report::figure("nearest in best five", report::percent(own.nearestInFive),
                     "float32's among the integers'") +
      "</dl>\n<h2>Every sentence</h2>\n" + histogram(own) + variantSection(result) +
      layerSection(result) + operatorSection(result);
  return report::page("What integers cost " + result.model, body);
}

}  // namespace intformer::accuracy
