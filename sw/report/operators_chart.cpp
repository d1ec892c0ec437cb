#include <fmt/format.h>

#include <algorithm>

#include "sw/graph/graph.hpp"
#include "sw/report/charts.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {
namespace {

constexpr double kWidth = 960, kLeft = 190, kBar = 16, kRow = 24;
constexpr double kTimeWidth = 370, kShareLeft = 690, kShareWidth = 200;

double share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string row(const RunData& run, const std::string& name, const OperatorFigures& op) {
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\">{}</td></tr>\n",
      escape(name), escape(op.kind), grouped(op.cycles), percent(share(op.cycles, run.cycles)),
      grouped(op.macs), op.macs == 0 ? "-" : percent(run.utilization(op.macs, op.cycles)),
      grouped(op.loaded), grouped(op.stored));
}

std::string chart(const RunData& run, const std::vector<OperatorGroup>& groups) {
  uint64_t longest = 1;
  for (const auto& group : groups) longest = std::max(longest, group.sum.cycles);
  const double height = 34 + kRow * static_cast<double>(groups.size());
  Svg svg(kWidth, height, "Cycles and MAC utilization of every operator");
  svg.text(kLeft, 16, "cycles, share of the run", "start", "tick");
  svg.text(kShareLeft, 16, "MAC utilization", "start", "tick");
  double y = 28;
  for (const auto& group : groups) {
    const OperatorFigures& op = group.sum;
    const std::string times =
        group.members.size() > 1 ? fmt::format(" ({})", group.members.size()) : "";
    const std::string tip = fmt::format("{}{}: {} cycles, {}", group.name, times,
                                        grouped(op.cycles), percent(share(op.cycles, run.cycles)));
    svg.text(kLeft - 8, y + 12, group.name + times, "end");
    const double width = kTimeWidth * share(op.cycles, longest);
    svg.rect(kLeft, y, std::max(width, 1.0), kBar, kindClass(op.kind), tip);
    svg.text(kLeft + width + 6, y + 12,
             fmt::format("{} · {}", shortNumber(static_cast<double>(op.cycles)),
                         percent(share(op.cycles, run.cycles))));
    const double used = std::min(1.0, run.utilization(op.macs, op.cycles));
    svg.rect(kShareLeft, y, kShareWidth, kBar, "rest");
    if (op.macs != 0) svg.rect(kShareLeft, y, kShareWidth * used, kBar, "macs", tip);
    svg.text(kShareLeft + kShareWidth + 6, y + 12, op.macs == 0 ? "no MACs" : percent(used));
    y += kRow;
  }
  return svg.finish();
}

}  // namespace

std::string kindClass(const std::string& kind) {
  constexpr std::size_t kColors = 5;
  const auto place = std::ranges::find(kOperatorKinds, kind) - kOperatorKinds.begin();
  return fmt::format("k{}", std::min<std::size_t>(place, kColors - 1));
}

std::string legendEntry(const std::string& css, const std::string& name) {
  return fmt::format("<span class=\"key\"><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\">"
                     "<rect width=\"12\" height=\"12\" class=\"{}\"/></svg>{}</span> ",
                     css, escape(name));
}

std::string kindLegend(const RunData& run) {
  std::vector<std::string> kinds;
  for (const auto& op : run.operators)
    if (std::ranges::find(kinds, op.kind) == kinds.end()) kinds.push_back(op.kind);
  std::string text = "<p class=\"legend\">";
  for (const auto& kind : kinds) text += legendEntry(kindClass(kind), kind);
  return text + "</p>\n";
}

std::string operatorSection(const RunData& run) {
  const auto groups = groupOperators(run.operators);
  std::string text =
      "<section id=\"operators\"><h2>Time per operator</h2>\n"
      "<p>Operators overlap, so each cycle goes to the operator that the array works for; where "
      "the array stood idle beside an operator without matmuls, to that one. The shares sum to the "
      "run.</p>\n<figure>" +
      chart(run, groups) + kindLegend(run) + "</figure>\n";
  text +=
      "<div class=\"scroll\"><table><thead><tr><th>operator</th><th>kind</th><th class=\"n\">cycles"
      "</th><th class=\"n\">of the run</th><th class=\"n\">MACs</th><th class=\"n\">utilization"
      "</th><th class=\"n\">bytes loaded</th><th class=\"n\">bytes stored</th></tr></thead>"
      "<tbody>\n";
  const std::string head = text.substr(text.rfind("<div class=\"scroll\">"));
  OperatorFigures total{"", "", 0, 0, 0, 0};
  for (const auto& group : groups) {
    const bool several = group.members.size() > 1;
    const std::string count = several ? fmt::format(" ({})", group.members.size()) : "";
    text += row(run, group.name + count, group.sum);
    total.cycles += group.sum.cycles;
    total.macs += group.sum.macs;
    total.loaded += group.sum.loaded;
    total.stored += group.sum.stored;
  }
  text += "</tbody><tfoot>" + row(run, "total", total) + "</tfoot></table></div>\n";
  if (groups.size() != run.operators.size()) {
    text += "<details><summary>Every operator</summary>\n" + head;
    for (const auto& op : run.operators) text += row(run, op.name, op);
    text += "</tbody></table></div></details>\n";
  }
  return text + "</section>\n";
}

}  // namespace intformer::report
