#include "sw/study/line_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sw/report/svg.hpp"

namespace intformer::study {
namespace {

constexpr double kWidth = 960, kHeight = 300, kLeft = 70, kRight = 20, kTop = 12, kBottom = 44;

struct Range {
  double low = std::numeric_limits<double>::max();
  double high = std::numeric_limits<double>::lowest();
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// Round steps so that the axis has about five.
double stepOf(double high) {
  const double power = std::pow(10, std::floor(std::log10(high / 5)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (high / (factor * power) <= 6) return factor * power;
  return 10 * power;
}

class Axes {
 public:
  Axes(const std::vector<Series>& series, Scale scale) : scale_(scale) {
    for (const Series& one : series)
      for (const auto& [x, y] : one.points) {
        x_.take(std::log2(x));
        y_.take(scale == Scale::Logarithmic ? std::log10(y) : y);
      }
    if (scale == Scale::Logarithmic) {
      y_.low = std::floor(y_.low);
      y_.high = std::max(std::ceil(y_.high), y_.low + 1);
    } else {
      step_ = stepOf(y_.high);
      y_ = {0, std::ceil(y_.high / step_) * step_};
    }
    if (x_.high == x_.low) x_.high += 1;
  }

  [[nodiscard]] double left(double x) const {
    return kLeft + (std::log2(x) - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double top(double y) const {
    const double at = scale_ == Scale::Logarithmic ? std::log10(y) : y;
    return kHeight - kBottom - (at - y_.low) / (y_.high - y_.low) * (kHeight - kTop - kBottom);
  }

  void draw(report::Svg& svg, std::string_view xName, std::string_view unit) const {
    for (double at = y_.low; at <= y_.high + step_ / 2; at += step_) {
      const double value = scale_ == Scale::Logarithmic ? std::pow(10, at) : at;
      svg.line(kLeft, top(value), kWidth - kRight, top(value), "grid");
      const std::string number =
          value < 1000 ? fmt::format("{:g}", value) : report::shortNumber(value);
      svg.text(kLeft - 8, top(value) + 4, fmt::format("{}{}", number, unit), "end", "tick");
    }
    for (double at = std::ceil(x_.low); at <= x_.high; ++at) {
      const double x = std::exp2(at);
      svg.line(left(x), kHeight - kBottom, left(x), kHeight - kBottom + 5, "axis");
      svg.text(left(x), kHeight - kBottom + 18, report::grouped(static_cast<uint64_t>(x)), "middle",
               "tick");
    }
    svg.line(kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom, "axis");
    svg.text((kLeft + kWidth - kRight) / 2, kHeight - 6, xName, "middle");
  }

 private:
  Scale scale_;
  Range x_, y_;
  double step_ = 1;
};

}  // namespace

std::string lineChart(std::string_view label, std::string_view xName, std::string_view unit,
                      const std::vector<Series>& series, Scale scale) {
  if (std::ranges::all_of(series, [](const Series& one) { return one.points.empty(); }))
    return "<p>There is nothing to draw.</p>\n";
  report::Svg svg(kWidth, kHeight, label);
  const Axes axes(series, scale);
  axes.draw(svg, xName, unit);
  for (std::size_t i = 0; i < series.size(); ++i) {
    const auto& points = series[i].points;
    for (std::size_t p = 1; p < points.size(); ++p)
      svg.line(axes.left(points[p - 1].first), axes.top(points[p - 1].second),
               axes.left(points[p].first), axes.top(points[p].second), fmt::format("l{}", i));
    for (const auto& [x, y] : points)
      svg.circle(axes.left(x), axes.top(y), 3.5, fmt::format("k{}", i),
                 fmt::format("{}: {:.4g}{} at {:.0f}", series[i].name, y, unit, x));
  }
  return "<figure>" + svg.finish() + "</figure>\n";
}

std::string lineLegend(const std::vector<Series>& series) {
  std::string text = "<p class=\"legend\">";
  for (std::size_t i = 0; i < series.size(); ++i) {
    report::Svg swatch(12, 12, series[i].name);
    swatch.circle(6, 6, 5, fmt::format("k{}", i));
    text += "<span class=\"key\">" + swatch.finish() + report::escape(series[i].name) + "</span>";
  }
  return text + "</p>\n";
}

}  // namespace intformer::study
