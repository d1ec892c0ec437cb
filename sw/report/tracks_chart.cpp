#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "sw/report/charts.hpp"
#include "sw/report/svg.hpp"
#include "sw/report/timeline.hpp"

namespace intformer::report {
namespace {

constexpr double kWidth = 960, kLeft = 70, kChartWidth = 870, kTrack = 34, kRow = 46, kBand = 22;
constexpr std::size_t kBins = 870;  ///< one per user unit

/// One column of a track: how long the unit had a command, and whose for the longest time.
struct Bin {
  double busy = 0;  ///< 0..1
  std::size_t op = kNoOperator;
  bool operator==(const Bin&) const = default;
};

/// Splits slices into bins; the height of a bin is rounded, so that equal neighbours merge.
std::vector<Bin> binsOf(const std::vector<Slice>& all, std::size_t track,
                        const std::vector<std::size_t>& owner, uint64_t cycles) {
  std::vector<std::map<std::size_t, double>> time(kBins);
  const double width = static_cast<double>(cycles) / kBins;
  for (const Slice& slice : all) {
    if (slice.track != track) continue;
    const auto begin = static_cast<double>(slice.begin);
    const auto end = static_cast<double>(std::min(slice.end, cycles));
    for (auto bin = static_cast<std::size_t>(begin / width); bin < kBins; ++bin) {
      const double left = static_cast<double>(bin) * width;
      if (left >= end) break;
      time[bin][owner[slice.command]] += std::min(end, left + width) - std::max(begin, left);
    }
  }
  std::vector<Bin> bins(kBins);
  for (std::size_t i = 0; i < kBins; ++i) {
    double most = 0;
    double sum = 0;
    for (const auto& [op, part] : time[i]) {
      sum += part;
      if (part > most) bins[i].op = op;
      most = std::max(most, part);
    }
    bins[i].busy = std::min(1.0, std::ceil(sum / width * 16 - 0.01) / 16);
  }
  return bins;
}

void drawTrack(Svg& svg, const RunData& run, const std::vector<Bin>& bins, double y) {
  for (std::size_t i = 0; i < bins.size();) {
    std::size_t end = i + 1;
    while (end < bins.size() && bins[end] == bins[i]) ++end;
    if (bins[i].busy > 0 && bins[i].op != kNoOperator) {
      const OperatorTrace& op = run.program.operators[bins[i].op];
      const double height = kTrack * bins[i].busy;
      svg.rect(kLeft + static_cast<double>(i), y + kTrack - height, static_cast<double>(end - i),
               height, kindClass(op.kind), fmt::format("{}: {}", op.name, percent(bins[i].busy)));
    }
    i = end;
  }
}

/// Which operator the array worked for, with names where there is room.
void drawOperators(Svg& svg, const RunData& run, const std::vector<Bin>& bins, double y) {
  for (std::size_t i = 0; i < bins.size();) {
    std::size_t end = i + 1;
    while (end < bins.size() && bins[end].op == bins[i].op) ++end;
    if (bins[i].op != kNoOperator) {
      const OperatorTrace& op = run.program.operators[bins[i].op];
      const auto width = static_cast<double>(end - i);
      svg.rect(kLeft + static_cast<double>(i), y, width - 0.5, kBand, kindClass(op.kind), op.name);
      std::string name = op.name;
      if (6.6 * static_cast<double>(name.size()) > width) name = name.substr(name.rfind('.') + 1);
      if (6.6 * static_cast<double>(name.size()) <= width)
        svg.text(kLeft + static_cast<double>(i) + width / 2, y + 15, name, "middle", "inside");
    }
    i = end;
  }
}

}  // namespace

std::string tracksSection(const RunData& run) {
  const std::vector<Slice> all = slices(run);
  const std::vector<std::size_t> owner = operatorOfCommand(run.program);
  const double height = 10 + kBand + 14 + kRow * static_cast<double>(kQueueCount) + 40;
  Svg svg(kWidth, height, "What each unit worked on over the run");
  const double first = 10 + kBand + 14;
  timeAxis(svg, kLeft, kChartWidth, first, first + kRow * kQueueCount - 8, run.cycles);

  std::string table;
  for (std::size_t track = 0; track < kQueueCount && run.cycles != 0; ++track) {
    const std::string name(queueName(static_cast<Queue>(track)));
    const std::vector<Bin> bins = binsOf(all, track, owner, run.cycles);
    const double y = first + kRow * static_cast<double>(track);
    svg.text(kLeft - 8, y + kTrack / 2 + 4, name, "end");
    svg.line(kLeft, y + kTrack, kLeft + kChartWidth, y + kTrack, "axis");
    drawTrack(svg, run, bins, y);
    if (track == static_cast<std::size_t>(Queue::Matmul)) {
      svg.text(kLeft - 8, 25, "array for", "end");
      drawOperators(svg, run, bins, 10);
    }
    uint64_t commands = 0;
    uint64_t busy = 0;
    uint64_t longest = 0;
    for (const Slice& slice : all) {
      if (slice.track != track) continue;
      ++commands;
      busy += slice.end - slice.begin;
      longest = std::max(longest, slice.end - slice.begin);
    }
    table += fmt::format(
        "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>"
        "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        name, grouped(commands), grouped(busy),
        percent(static_cast<double>(busy) / static_cast<double>(run.cycles)), grouped(longest));
  }
  return "<section id=\"timeline\"><h2>Units over the run</h2>\n"
         "<p>The height of a column is the share of its time in which the unit had a command under "
         "way, its colour the operator's. Single commands: --timeline writes them all for "
         "Perfetto.</p>\n<figure>" +
         svg.finish() + kindLegend(run) + "</figure>\n" +
         "<div class=\"scroll\"><table><thead><tr><th>unit</th><th class=\"n\">commands</th>"
         "<th class=\"n\">cycles with a command</th><th class=\"n\">of the run</th>"
         "<th class=\"n\">longest</th></tr></thead><tbody>\n" +
         table + "</tbody></table></div>\n</section>\n";
}

}  // namespace intformer::report
