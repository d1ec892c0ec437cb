#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace intformer::report {

/// Text for HTML and SVG: & < > and quotes escaped.
std::string escape(std::string_view text);
/// 1234567 -> "1,234,567"
std::string grouped(uint64_t value);
/// 1234567 -> "1.23 M"
std::string shortNumber(double value);
/// 0.1234 -> "12.3 %"
std::string percent(double share);

/// A drawing of fixed user units that scales with the page. Colours are CSS classes of the page.
class Svg {
 public:
  /// `label` is read to those who cannot see it.
  Svg(double width, double height, std::string_view label);

  /// `tip` shows when the pointer rests on it; empty: none.
  void rect(double x, double y, double width, double height, std::string_view css,
            std::string_view tip = {});
  void line(double x1, double y1, double x2, double y2, std::string_view css);
  void circle(double x, double y, double radius, std::string_view css, std::string_view tip = {});
  /// `anchor`: start, middle or end.
  void text(double x, double y, std::string_view text, std::string_view anchor = "start",
            std::string_view css = {});
  [[nodiscard]] std::string finish() const { return text_ + "</svg>\n"; }

 private:
  std::string text_;
};

/// A time axis from 0 to `cycles` below a chart: lines, numbers at round values, its name.
void timeAxis(Svg& svg, double left, double width, double top, double bottom, uint64_t cycles);

}  // namespace intformer::report
