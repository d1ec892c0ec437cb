#include "sw/report/svg.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

namespace intformer::report {
namespace {

std::string titled(std::string_view element, std::string_view attributes, std::string_view tip) {
  if (tip.empty()) return fmt::format("<{} {}/>\n", element, attributes);
  return fmt::format("<{} {}><title>{}</title></{}>\n", element, attributes, escape(tip), element);
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string grouped(uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string shortNumber(double value) {
  constexpr std::array units = {"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  while (std::abs(value) >= 999.5 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  if (value == std::floor(value)) return fmt::format("{:.0f}{}", value, units[unit]);
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f}{}", value, digits, units[unit]);
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

Svg::Svg(double width, double height, std::string_view label)
    : text_(fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n",
                        width, height, escape(label))) {}

void Svg::rect(double x, double y, double width, double height, std::string_view css,
               std::string_view tip) {
  text_ += titled("rect",
                  fmt::format("x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
                              "class=\"{}\"",
                              x, y, width, height, css),
                  tip);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
  fmt::format_to(std::back_inserter(text_),
                 "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" class=\"{}\"/>\n",
                 x1, y1, x2, y2, css);
}

void Svg::circle(double x, double y, double radius, std::string_view css, std::string_view tip) {
  text_ += titled("circle",
                  fmt::format("cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.1f}\" class=\"{}\"", x, y, radius,
                              css),
                  tip);
}

void Svg::text(double x, double y, std::string_view text, std::string_view anchor,
               std::string_view css) {
  fmt::format_to(std::back_inserter(text_),
                 "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n",
                 x, y, anchor, css, escape(text));
}

void timeAxis(Svg& svg, double left, double width, double top, double bottom, uint64_t cycles) {
  if (cycles == 0) return;
  const auto total = static_cast<double>(cycles);
  // The least of 1, 2 and 5 times a power of ten that leaves at most ten intervals.
  double step = std::pow(10.0, std::floor(std::log10(total / 10)));
  for (const double factor : {2.0, 2.5, 2.0})
    if (total / step > 10) step *= factor;
  for (double at = 0; at <= total; at += step) {
    const double x = left + width * at / total;
    svg.line(x, top, x, bottom + 4, "grid");
    svg.text(x, bottom + 18, shortNumber(at), "middle", "tick");
  }
  svg.text(left + width, bottom + 34, "cycles", "end", "tick");
}

}  // namespace intformer::report
