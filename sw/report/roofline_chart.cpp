#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sw/report/charts.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {
namespace {

constexpr double kWidth = 960, kHeight = 480, kLeft = 70, kRight = 940, kTop = 20, kBottom = 400;

/// Bytes of the busier direction: reads and writes have a channel of `bus` bytes per cycle each.
double traffic(const OperatorFigures& op) {
  return static_cast<double>(std::max(op.loaded, op.stored));
}

struct Point {
  std::string name;
  std::string css;
  std::optional<double> intensity;  ///< MACs per byte; none: no traffic
  double speed = 0;                 ///< MACs per cycle
};

class LogScale {
 public:
  LogScale(double low, double high, double from, double to)
      : low_(std::log10(low)), span_(std::log10(high) - low_), from_(from), to_(to) {}
  [[nodiscard]] double at(double value) const {
    return from_ + (to_ - from_) * std::clamp((std::log10(value) - low_) / span_, 0.0, 1.0);
  }

 private:
  double low_, span_, from_, to_;
};

struct Box {
  double left, top, right, bottom;
  [[nodiscard]] bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

/// Puts a label near its dot where nothing is yet.
class Labels {
 public:
  void keepFree(double x, double y) { keepFree(Box{x - 5, y - 5, x + 5, y + 5}); }
  void keepFree(const Box& box) { taken_.push_back(box); }

  void place(Svg& svg, double x, double y, const std::string& text) {
    const double width = 7.2 * static_cast<double>(text.size());
    for (int step = 0; step < 60; ++step) {
      const double dy = (step + 1) / 2 * (step % 2 == 0 ? -7.0 : 7.0);
      for (const bool right : {true, false}) {
        const double at = right ? x + 10 : x - 10 - width;
        const Box box{at, y + dy - 7, at + width, y + dy + 7};
        if (box.left < kLeft + 2 || box.right > kRight) continue;
        if (box.top < kTop || box.bottom > kBottom - 2) continue;
        if (std::ranges::any_of(taken_, [&](const Box& b) { return b.meets(box); })) continue;
        if (std::abs(dy) > 10) svg.line(x, y, right ? at - 2 : at + width + 2, y + dy, "leader");
        svg.text(right ? at : at + width, y + dy + 4, text, right ? "start" : "end", "halo");
        taken_.push_back(box);
        return;
      }
    }
  }

 private:
  std::vector<Box> taken_;
};

/// 1, 2 and 5 times the powers of ten that enclose [low, high].
std::vector<double> ticks(double low, double high) {
  std::vector<double> all;
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power < high * 10; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0}) all.push_back(power * factor);
  const auto first = std::ranges::upper_bound(all, low) - 1;
  const auto last = std::ranges::lower_bound(all, high);
  return {first, last + 1};
}

void axes(Svg& svg, const LogScale& x, const LogScale& y, const std::vector<double>& xTicks,
          const std::vector<double>& yTicks) {
  for (const double at : xTicks) {
    svg.line(x.at(at), kTop, x.at(at), kBottom, "grid");
    svg.text(x.at(at), kBottom + 18, fmt::format("{:g}", at), "middle", "tick");
  }
  for (const double at : yTicks) {
    svg.line(kLeft, y.at(at), kRight, y.at(at), "grid");
    svg.text(kLeft - 8, y.at(at) + 4, fmt::format("{:g}", at), "end", "tick");
  }
  svg.text(kRight, kBottom + 36, "intensity: MACs per byte of the busier direction", "end", "tick");
  svg.text(kLeft, kTop - 6, "MACs per cycle", "start", "tick");
}

std::vector<Point> points(const RunData& run) {
  std::vector<Point> list;
  OperatorFigures total{"whole run", "", run.cycles, 0, 0, 0};
  const auto add = [&](const OperatorFigures& op, const std::string& css) {
    if (op.macs == 0 || op.cycles == 0) return;
    const auto macs = static_cast<double>(op.macs);
    list.push_back({op.name, css, std::nullopt, macs / static_cast<double>(op.cycles)});
    if (traffic(op) > 0) list.back().intensity = macs / traffic(op);
  };
  for (const auto& op : run.operators) {
    add(op, kindClass(op.kind));
    total.macs += op.macs;
    total.loaded += op.loaded;
    total.stored += op.stored;
  }
  add(total, "total");
  return list;
}

struct Label {
  double x, y;
  std::string text;
};

/// One label for the dots of a group that lie together; where they do not, each has its own.
template <class X, class Y>
std::vector<Label> labelsOf(const RunData& run, const std::vector<OperatorGroup>& groups,
                            const std::vector<Point>& list, X px, Y py) {
  constexpr double kTogether = 14;
  std::vector<Label> labels;
  for (const OperatorGroup& group : groups) {
    std::vector<Label> own;
    for (const std::size_t member : group.members) {
      const auto point = std::ranges::find(list, run.operators[member].name, &Point::name);
      if (point == list.end()) continue;
      const Label label{px(*point), py(*point), point->name};
      if (std::ranges::none_of(own, [&](const Label& other) {
            return std::hypot(other.x - label.x, other.y - label.y) < kTogether;
          }))
        own.push_back(label);
    }
    if (own.size() == 1) own.front().text = group.name;
    labels.insert(labels.end(), own.begin(), own.end());
  }
  if (!list.empty()) labels.push_back({px(list.back()), py(list.back()), list.back().name});
  return labels;
}

std::string tableRow(const RunData& run, const OperatorGroup& group) {
  const OperatorFigures& op = group.sum;
  const auto cycles = static_cast<double>(std::max<uint64_t>(op.cycles, 1));
  const double peak = static_cast<double>(run.plan.dim) * run.plan.dim;
  const double intensity = traffic(op) > 0 ? static_cast<double>(op.macs) / traffic(op) : 0;
  const double bound = traffic(op) > 0 ? std::min(peak, intensity * run.plan.busBytes) : peak;
  const std::string count =
      group.members.size() > 1 ? fmt::format(" ({})", group.members.size()) : "";
  return fmt::format(
      "<tr><th scope=\"row\">{}{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>"
      "<td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n",
      escape(group.name), count, traffic(op) > 0 ? fmt::format("{:.1f}", intensity) : "-",
      op.macs == 0 ? "-" : fmt::format("{:.1f}", static_cast<double>(op.macs) / cycles),
      op.macs == 0 ? "-" : fmt::format("{:.1f}", bound),
      op.macs == 0 ? "no MACs" : bound < peak ? "memory port" : "array",
      op.macs == 0 ? "-" : fmt::format("{:.2f}", traffic(op) / cycles));
}

}  // namespace

std::string rooflineSection(const RunData& run) {
  const std::vector<Point> list = points(run);
  const double peak = static_cast<double>(run.plan.dim) * run.plan.dim;
  const double ridge = peak / run.plan.busBytes;
  double xLow = ridge / 2, xHigh = ridge * 4, yLow = peak / 4;
  for (const Point& point : list) {
    if (point.intensity) xLow = std::min(xLow, *point.intensity / 1.5);
    if (point.intensity) xHigh = std::max(xHigh, *point.intensity * 2);
    yLow = std::min(yLow, point.speed / 1.5);
  }
  const std::vector<double> xTicks = ticks(xLow, xHigh);
  const std::vector<double> yTicks = ticks(yLow, peak * 1.3);
  xLow = xTicks.front();
  yLow = yTicks.front();
  const LogScale x(xLow, xTicks.back(), kLeft, kRight);
  const LogScale y(yLow, yTicks.back(), kBottom, kTop);

  Svg svg(kWidth, kHeight - 30, "Roofline: MACs per cycle against MACs per byte");
  axes(svg, x, y, xTicks, yTicks);
  // The slope enters the picture at the left edge or at the bottom.
  const double slopeFrom = std::max(xLow, yLow / run.plan.busBytes);
  svg.line(x.at(slopeFrom), y.at(slopeFrom * run.plan.busBytes), x.at(ridge), y.at(peak), "roof");
  svg.line(x.at(ridge), y.at(peak), kRight, y.at(peak), "roof");
  svg.text(kRight - 4, y.at(peak) - 8, fmt::format("array: {:.0f} MACs per cycle", peak), "end",
           "tick");
  svg.text(x.at(slopeFrom) + 24, y.at(slopeFrom * run.plan.busBytes) + 6,
           fmt::format("memory port: {} bytes per cycle", run.plan.busBytes), "start", "tick");

  Labels labels;
  labels.keepFree(Box{kRight - 190, y.at(peak) - 22, kRight, y.at(peak)});
  for (double at = x.at(ridge); at < kRight; at += 8) labels.keepFree(at, y.at(peak));
  const double foot = x.at(slopeFrom), footHeight = y.at(slopeFrom * run.plan.busBytes);
  const double rise = (y.at(peak) - footHeight) / (x.at(ridge) - foot);
  for (double at = foot; at < x.at(ridge); at += 8)
    labels.keepFree(at, footHeight + rise * (at - foot));
  const auto px = [&](const Point& p) { return p.intensity ? x.at(*p.intensity) : kRight - 8; };
  for (const Point& point : list) {
    const std::string intensity =
        point.intensity ? fmt::format("{:.1f} MACs per byte", *point.intensity) : "no traffic";
    svg.circle(px(point), y.at(point.speed), point.css == "total" ? 7 : 4.5, "dot " + point.css,
               fmt::format("{}: {}, {:.1f} MACs per cycle", point.name, intensity, point.speed));
    labels.keepFree(px(point), y.at(point.speed));
  }
  const auto groups = groupOperators(run.operators);
  for (const Label& label : labelsOf(run, groups, list, px, [&](const Point& p) {
         return y.at(p.speed);
       }))
    labels.place(svg, label.x, label.y, label.text);
  std::string without;
  std::string table;
  for (const auto& group : groups) {
    table += tableRow(run, group);
    if (group.sum.macs == 0) without += (without.empty() ? "" : ", ") + escape(group.name);
  }
  return "<section id=\"roofline\"><h2>Roofline</h2>\n"
         "<p>How fast an operator may be at most: as fast as the array, or as the memory port "
         "brings its bytes. Cycles are the operator's share of the run as above, so that one whose "
         "traffic hides behind another may stand above the slope." +
         (without.empty() ? "" : " Without MACs, hence not in the picture: " + without + ".") +
         "</p>\n<figure>" + svg.finish() + kindLegend(run) + "</figure>\n" +
         "<div class=\"scroll\"><table><thead><tr><th>operator</th><th class=\"n\">MACs per byte"
         "</th><th class=\"n\">MACs per cycle</th><th class=\"n\">bound</th><th>by</th>"
         "<th class=\"n\">bytes per cycle</th></tr></thead><tbody>\n" +
         table + "</tbody></table></div>\n</section>\n";
}

}  // namespace intformer::report
