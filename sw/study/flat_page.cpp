#include "sw/study/flat_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sw/report/page.hpp"
#include "sw/report/svg.hpp"
#include "sw/study/line_chart.hpp"

namespace intformer::study {
namespace {

using report::grouped;

constexpr const char* kIntro = R"html(<p>One head of 64 columns, every query over every key, from and to memory, by the
performance model. <em>none</em>: logits, softmax and the products with the values are operators of their own, block by block of
query rows, with memory between them; <em>softmax</em>: logits and softmax in one go, the weights through memory; <em>all</em>:
nothing through memory. All three give the same bits.</p>
)html";

/// The ports of the study, in its order.
std::vector<uint32_t> portsOf(const Flat& flat) {
  std::vector<uint32_t> ports;
  for (const Point& point : flat.points)
    if (std::ranges::find(ports, point.busBytes) == ports.end()) ports.push_back(point.busBytes);
  return ports;
}

/// A line for each way, of the points of one port.
template <typename Value>
std::vector<Series> waysOf(const Flat& flat, uint32_t port, const Value& value) {
  std::vector<Series> series;
  for (std::size_t way = 0; way < 3; ++way) {
    Series line;
    for (const Point& point : flat.points) {
      line.name = nameOf(point.ways[way].fusion);
      if (point.busBytes == port && point.ways[way].cycles != 0)
        line.points.emplace_back(point.keys, value(point.ways[way]));
    }
    series.push_back(std::move(line));
  }
  return series;
}

std::string row(const Point& point) {
  std::string text;
  const Way& fused = point.ways[2];
  for (const Way& way : point.ways) {
    text += fmt::format("<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td>",
                        grouped(point.keys), point.busBytes, nameOf(way.fusion));
    if (way.cycles == 0) {
      text += fmt::format("<td colspan=\"6\">{}</td></tr>\n", report::escape(way.refusal));
      continue;
    }
    const std::string gain =
        fused.cycles == 0 ? "" : fmt::format("{:.2f}", static_cast<double>(way.cycles) /
                                                           static_cast<double>(fused.cycles));
    text += fmt::format("<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
                        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
                        grouped(way.cycles), gain, report::percent(way.macs), grouped(way.bytes),
                        grouped(way.scratchBytes), report::escape(way.schedule));
  }
  return text;
}

std::string cyclesSection(const Flat& flat) {
  std::string text = "<h2>Cycles</h2>\n<p>Share of the array's MACs: what is missing to 100 % is waiting.</p>\n";
  for (const uint32_t port : portsOf(flat)) {
    const auto series = waysOf(flat, port, [](const Way& way) { return 100 * way.macs; });
    text += fmt::format("<p>A port of {} bytes per cycle:</p>\n", port) + lineLegend(series) +
            lineChart(fmt::format("MACs over keys, a port of {} bytes", port), "keys", " %", series,
                      Scale::Linear);
  }
  text += "<div class=\"scroll\"><table><thead><tr><th class=\"n\">keys</th><th class=\"n\">port</th>"
          "<th>fused</th><th class=\"n\">cycles</th><th class=\"n\">of all</th><th class=\"n\">MACs</th>"
          "<th class=\"n\">bytes</th><th class=\"n\">scratchpad</th><th>schedule</th></tr></thead>\n<tbody>";
  for (const Point& point : flat.points) text += row(point);
  return text + "</tbody></table></div>\n";
}

std::string bytesSection(const Flat& flat) {
  const uint32_t port = portsOf(flat).front();
  const auto series = waysOf(flat, port, [](const Way& way) { return static_cast<double>(way.bytes); });
  return "<h2>Bytes over the port</h2>\n<p>Keys and values pass once for every step of query rows, whatever is fused; "
         "logits and weights pass besides where they are not.</p>\n" +
         lineLegend(series) +
         lineChart("bytes over keys", "keys", "B", series, Scale::Logarithmic);
}

constexpr std::pair<Granularity, const char*> kGranularities[] = {
    {Granularity::Model, "whole batch"}, {Granularity::Batch, "one of the batch"},
    {Granularity::Head, "one head"}, {Granularity::Row, "16 rows"}};

std::string memorySection(const Flat& flat) {
  std::vector<Series> series;
  std::set<uint32_t> keys;
  for (const Point& point : flat.points) keys.insert(point.keys);
  for (const auto& [granularity, name] : kGranularities) {
    Series line{.name = name, .points = {}};
    for (const uint32_t count : keys)
      line.points.emplace_back(count, static_cast<double>(flatElements({.keys = count}, granularity)));
    series.push_back(std::move(line));
  }
  const auto ours = waysOf(flat, portsOf(flat).front(),
                           [](const Way& way) { return static_cast<double>(way.scratchBytes); });
  series.push_back({"this device, all fused", ours[2].points});
  std::string text =
      "<h2>On-chip memory</h2>\n<p>Bytes that live on the chip at once, by what logits are cut to: FLAT's "
      "formulas for a batch of 64 of BERT-Base's attention (B (8 N D + H N<sup>2</sup>), 8 N D + H N<sup>2</sup>, "
      "8 N d + N<sup>2</sup>, 4 R d + 4 N d + R N elements of a byte), and what the compiler holds in the "
      "scratchpad at most. Keys and values are streamed here, not held; from where logits do not fit they are computed "
      "twice, and memory no longer grows.</p>\n" +
      lineLegend(series) +
      lineChart("bytes on the chip over keys", "keys", "B", series, Scale::Logarithmic) +
      "<div class=\"scroll\"><table><thead><tr><th class=\"n\">keys</th>";
  for (const Series& line : series) text += "<th class=\"n\">" + line.name + "</th>";
  text += "</tr></thead>\n<tbody>";
  for (const uint32_t count : keys) {
    text += fmt::format("<tr><td class=\"n\">{}</td>", grouped(count));
    for (const Series& line : series) {
      const auto found = std::ranges::find(line.points, count, [](const auto& point) { return point.first; });
      text += fmt::format("<td class=\"n\">{}</td>",
                          found == line.points.end() ? "" : grouped(static_cast<uint64_t>(found->second)));
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

}  // namespace

std::string flatPage(const Flat& flat) {
  return report::page("Fused attention on " + flat.plan.name,
                      kIntro + cyclesSection(flat) + bytesSection(flat) + memorySection(flat));
}

nlohmann::ordered_json flatJson(const Flat& flat) {
  nlohmann::ordered_json json{{"device", flat.plan.name}, {"head_width", kHeadWidth}};
  auto& points = json["points"] = nlohmann::ordered_json::array();
  for (const Point& point : flat.points) {
    nlohmann::ordered_json ways;
    for (const Way& way : point.ways) {
      if (way.cycles == 0)
        ways[nameOf(way.fusion)] = {{"refused", way.refusal}};
      else
        ways[nameOf(way.fusion)] = {{"cycles", way.cycles},
                                    {"bytes", way.bytes},
                                    {"macs", way.macs},
                                    {"scratchpad_bytes", way.scratchBytes},
                                    {"schedule", way.schedule}};
    }
    points.push_back({{"keys", point.keys}, {"bus_bytes", point.busBytes}, {"fusion", std::move(ways)}});
  }
  return json;
}

}  // namespace intformer::study
