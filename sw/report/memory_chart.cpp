#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sw/report/charts.hpp"
#include "sw/report/occupancy.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {
namespace {

constexpr double kWidth = 960, kLeft = 70, kCellWidth = 3, kCellHeight = 3;
constexpr std::size_t kColumns = 290, kRows = 128;
constexpr std::size_t kFree = ~std::size_t{0};

constexpr std::array kKindClass = {"m0", "m1", "m2"};
constexpr std::array kKindName = {"weights and constants", "tensors loaded", "results"};

/// The map as cells: what lies there at that time, or kFree.
using Grid = std::vector<std::array<std::size_t, kColumns>>;

Grid gridOf(const RunData& run, const ScratchHistory& history) {
  Grid grid(kRows);
  for (auto& row : grid) row.fill(kFree);
  const double wordsPerRow = static_cast<double>(run.plan.scratchWords) / kRows;
  const double cyclesPerColumn = static_cast<double>(run.cycles) / kColumns;
  const auto cell = [](uint64_t value, double size, std::size_t limit) {
    return std::min(limit - 1, static_cast<std::size_t>(static_cast<double>(value) / size));
  };
  for (const Occupancy& area : history.areas)
    for (std::size_t row = cell(area.first, wordsPerRow, kRows);
         row <= cell(area.last - 1, wordsPerRow, kRows); ++row)
      for (std::size_t column = cell(area.begin, cyclesPerColumn, kColumns);
           column <= cell(area.end - 1, cyclesPerColumn, kColumns); ++column)
        grid[row][column] = area.content;
  return grid;
}

/// Draws equal neighbours as one rectangle: along time first, then down the addresses.
void draw(Svg& svg, Grid grid, const ScratchHistory& history, double top) {
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t column = 0; column < kColumns; ++column) {
      const std::size_t content = grid[row][column];
      if (content == kFree) continue;
      std::size_t right = column + 1;
      while (right < kColumns && grid[row][right] == content) ++right;
      const auto same = [&](std::size_t at) {
        return std::all_of(grid[at].begin() + static_cast<std::ptrdiff_t>(column),
                           grid[at].begin() + static_cast<std::ptrdiff_t>(right),
                           [&](std::size_t c) { return c == content; });
      };
      std::size_t below = row + 1;
      while (below < kRows && same(below)) ++below;
      for (std::size_t at = row; at < below; ++at)
        std::fill(grid[at].begin() + static_cast<std::ptrdiff_t>(column),
                  grid[at].begin() + static_cast<std::ptrdiff_t>(right), kFree);
      svg.rect(kLeft + kCellWidth * static_cast<double>(column),
               top + kCellHeight * static_cast<double>(row),
               kCellWidth * static_cast<double>(right - column),
               kCellHeight * static_cast<double>(below - row),
               kKindClass[static_cast<std::size_t>(history.contents[content].kind)],
               history.contents[content].name);
    }
}

std::string table(const RunData& run, const ScratchHistory& history) {
  std::array<double, 3> wordCycles{};
  std::vector<std::pair<double, std::size_t>> largest;
  std::vector<double> ofContent(history.contents.size(), 0);
  for (const Occupancy& area : history.areas) {
    const double product =
        static_cast<double>(area.last - area.first) * static_cast<double>(area.end - area.begin);
    wordCycles[static_cast<std::size_t>(history.contents[area.content].kind)] += product;
    ofContent[area.content] += product;
  }
  for (std::size_t i = 0; i < ofContent.size(); ++i) largest.emplace_back(ofContent[i], i);
  std::ranges::sort(largest, std::greater<>());
  const double all = static_cast<double>(run.plan.scratchWords) * static_cast<double>(run.cycles);
  const auto line = [&](const std::string& name, double product) {
    return fmt::format("<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>"
                       "</tr>\n",
                       escape(name),
                       grouped(static_cast<uint64_t>(product / static_cast<double>(run.cycles))),
                       percent(product / all));
  };
  const std::string head =
      "<div class=\"scroll\"><table><thead><tr><th>content</th><th class=\"n\">words, mean "
      "over the run</th><th class=\"n\">of the scratchpad</th></tr></thead><tbody>\n";
  std::string text = head;
  for (std::size_t kind = 0; kind < wordCycles.size(); ++kind)
    text += line(kKindName[kind], wordCycles[kind]);
  text += "</tbody></table></div>\n<details><summary>The largest contents</summary>\n" + head;
  constexpr std::size_t kShown = 24;
  for (std::size_t i = 0; i < std::min(kShown, largest.size()); ++i)
    text += line(history.contents[largest[i].second].name, largest[i].first);
  return text + "</tbody></table></div></details>\n";
}

}  // namespace

std::string memorySection(const RunData& run) {
  if (run.cycles == 0) return {};
  const ScratchHistory history = scratchHistory(run);
  const double top = 10;
  const double height = kCellHeight * kRows;
  const double width = kCellWidth * kColumns;
  Svg svg(kWidth, top + height + 44, "Contents of the scratchpad over the run");
  svg.rect(kLeft, top, width, height, "rest");
  draw(svg, gridOf(run, history), history, top);
  for (int quarter = 0; quarter <= 4; ++quarter) {
    const double y = top + height * quarter / 4;
    svg.line(kLeft - 4, y, kLeft, y, "axis");
    const uint64_t word = uint64_t{run.plan.scratchWords} * quarter / 4;
    svg.text(kLeft - 8, y + 4, grouped(word), "end", "tick");
  }
  timeAxis(svg, kLeft, width, top + height, top + height, run.cycles);
  std::string legend = "<p class=\"legend\">";
  for (std::size_t kind = 0; kind < kKindName.size(); ++kind)
    legend += legendEntry(kKindClass[kind], kKindName[kind]);
  legend += legendEntry("rest", "free: nothing that is still to be read");
  const auto words = static_cast<double>(run.plan.scratchWords);
  return "<section id=\"memory\"><h2>Scratchpad over the run</h2>\n" +
         fmt::format(
             "<p>Word addresses from top to bottom, cycles from left to right. A word is in use "
             "from the start of the command that writes it to the end of the last that reads it. "
             "At most {} of {} words ({}) are in use at once, {} on average.</p>\n",
             grouped(history.peakWords), grouped(run.plan.scratchWords),
             percent(static_cast<double>(history.peakWords) / words),
             percent(history.meanWords / words)) +
         "<figure>" + svg.finish() + legend + "</p></figure>\n" + table(run, history) +
         "</section>\n";
}

}  // namespace intformer::report
