#include <fmt/format.h>

#include <array>
#include <map>

#include "gen/tables/registers.hpp"
#include "sw/report/charts.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {
namespace {

struct CauseStyle {
  const char* cause;  ///< the counter's name without its unit
  const char* css;
  const char* name;
};

/// In the order of the legend. Equal causes of different units share a colour.
constexpr std::array kStyles = {
    CauseStyle{"work", "work", "works"},
    CauseStyle{"memory", "s0", "waits for memory"},
    CauseStyle{"weights", "s1", "weights not complete"},
    CauseStyle{"port", "s2", "port taken by others"},
    CauseStyle{"words", "s3", "reads or writes words beside the lanes"},
    CauseStyle{"scalar", "s4", "waits for row scalar"},
    CauseStyle{"short", "s5", "short tiles, starts and ends of commands"},
    CauseStyle{"start", "s5", "short tiles, starts and ends of commands"},
    CauseStyle{"token_load", "t0", "waits for load"},
    CauseStyle{"token_matmul", "t1", "waits for matmul"},
    CauseStyle{"token_vector", "t2", "waits for vector"},
    CauseStyle{"token_store", "t3", "waits for store"},
    CauseStyle{"full_load", "t0", "waits for load"},
    CauseStyle{"full_matmul", "t1", "waits for matmul"},
    CauseStyle{"full_vector", "t2", "waits for vector"},
    CauseStyle{"full_store", "t3", "waits for store"},
    CauseStyle{"fetch", "s0", "waits for memory"},
    CauseStyle{"end", "s6", "waits for the end"},
    CauseStyle{"empty", "rest", "has no command"},
};

const CauseStyle& styleOf(std::string_view counter, std::string_view unit) {
  const std::string_view cause = counter.substr(unit.size() + 1);
  for (const CauseStyle& style : kStyles)
    if (cause == style.cause) return style;
  return kStyles.back();
}

constexpr double kWidth = 960, kLeft = 90, kChartWidth = 850, kBar = 22, kRow = 34;

}  // namespace

std::string stallSection(const RunData& run) {
  if (run.plan.counters != Counters::Full)
    return "<section id=\"stalls\"><h2>Where each unit's time goes</h2>\n<p>It is " +
           escape(notCounted(run.plan.counters)) + ".</p>\n</section>\n";
  const auto units = activitySpecs();
  Svg svg(kWidth, 30 + kRow * static_cast<double>(units.size()),
          "Where each unit's cycles went, in shares of the run");
  std::map<std::string, std::string> shown;  // legend: name -> class, of causes that happened
  std::string table;
  double y = 6;
  for (const auto& unit : units) {
    svg.text(kLeft - 8, y + 15, unit.unit, "end");
    uint64_t sum = 0;
    for (uint32_t i = 0; i < unit.count; ++i) sum += run.counters[unit.first + i];
    double x = kLeft;
    for (uint32_t i = 0; i < unit.count; ++i) {
      const CounterSpec& spec = counterSpecs()[unit.first + i];
      const uint64_t cycles = run.counters[unit.first + i];
      if (cycles == 0) continue;
      const CauseStyle& style = styleOf(spec.name, unit.unit);
      const double part = static_cast<double>(cycles) / static_cast<double>(sum);
      const std::string tip = fmt::format("{}: {}, {} cycles, {}", unit.unit, style.name,
                                          grouped(cycles), percent(part));
      svg.rect(x, y, kChartWidth * part, kBar, style.css, tip);
      if (part > 0.07) {
        const bool light = style.css[0] == 't' || std::string_view(style.css) == "rest";
        svg.text(x + kChartWidth * part / 2, y + 15, percent(part), "middle",
                 light ? "" : "inside");
      }
      x += kChartWidth * part;
      shown.emplace(style.name, style.css);
      table += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td><td><code>{}</code></td>"
                           "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                           unit.unit, style.name, spec.name, grouped(cycles), percent(part));
    }
    table += fmt::format("<tr class=\"sum\"><th scope=\"row\">{}</th><td>all</td><td></td>"
                         "<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                         unit.unit, grouped(sum), percent(sum == 0 ? 0 : 1));
    y += kRow;
  }
  for (int tenth = 0; tenth <= 10; tenth += 2) {
    const double x = kLeft + kChartWidth * tenth / 10;
    svg.text(x, y + 12, fmt::format("{} %", tenth * 10), "middle", "tick");
  }
  std::string legend = "<p class=\"legend\">";
  for (const CauseStyle& style : kStyles)
    if (const auto it = shown.find(style.name); it != shown.end()) {
      legend += legendEntry(it->second, style.name);
      shown.erase(it);
    }
  return "<section id=\"stalls\"><h2>Where each unit's time goes</h2>\n"
         "<p>Every cycle of every unit, by the device's counters: at work, held up by something, "
         "or without a command. Waiting for another unit means that the next command lacks that "
         "unit's token; for dispatch, that the unit's queue is full. docs/5-verification.md says "
         "exactly when a cycle counts as which.</p>\n<figure>" +
         svg.finish() + legend + "</p></figure>\n" +
         "<details><summary>All counters</summary><div class=\"scroll\"><table><thead><tr><th>unit"
         "</th><th>cause</th><th>counter</th><th class=\"n\">cycles</th><th class=\"n\">share</th>"
         "</tr></thead><tbody>\n" +
         table + "</tbody></table></div></details>\n</section>\n";
}

}  // namespace intformer::report
