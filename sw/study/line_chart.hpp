#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace intformer::study {

/// A line of a chart, by x.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

enum class Scale : uint8_t { Linear, Logarithmic };

/// SVG in HTML: lines over an x axis of powers of two, from 0 or from a power of ten. At most five series; where a
/// line has no point, it goes on from the last to the next; where none has one, a sentence says so. `unit` follows the numbers of the y axis.
std::string lineChart(std::string_view label, std::string_view xName, std::string_view unit,
                      const std::vector<Series>& series, Scale scale);
/// Names and colours of the lines. HTML.
std::string lineLegend(const std::vector<Series>& series);

}  // namespace intformer::study
