#include "sw/report/html.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gen/tables/registers.hpp"
#include "sw/report/charts.hpp"
#include "sw/report/svg.hpp"

namespace intformer::report {
namespace {

/// Colours: k operator kinds, s stalls, t tokens by the queue that owes them, m memory contents.
constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark;
  --page: #fff; --ink: #1b1f24; --soft: #57606a; --grid: #d5dae0; --rest: #e6e9ed; --card: #f5f7f9;
  --inside: #fff;
  --k0: #2463b0; --k1: #b3520f; --k2: #27794a; --k3: #7a4fb0; --k4: #6b6f76;
  --work: #2463b0; --s0: #b42f35; --s1: #7a4fb0; --s2: #a03079; --s3: #27794a; --s4: #00747f;
  --s5: #6b6f76; --s6: #4a5058; --t0: #f2cd6b; --t1: #a9caf2; --t2: #f3b98a; --t3: #cdbcf0;
  --m0: #2463b0; --m1: #27794a; --m2: #b3520f; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14181d; --ink: #e8ebee; --soft: #a4adb7; --grid: #333a43; --rest: #2a3038;
  --card: #1c2229; --inside: #0d1014;
  --k0: #6ea8f0; --k1: #f0a05c; --k2: #6cc793; --k3: #b99cf0; --k4: #a4adb7;
  --work: #6ea8f0; --s0: #f2858a; --s1: #b99cf0; --s2: #ee92c8; --s3: #6cc793; --s4: #5cc8d2;
  --s5: #a4adb7; --s6: #87909a; --t0: #7d6114; --t1: #2f5282; --t2: #84491c; --t3: #57448c;
  --m0: #6ea8f0; --m1: #6cc793; --m2: #f0a05c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 60px; max-width: 1040px; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 40px 0 4px; }
p { margin: 4px 0 12px; max-width: 80ch; } figure { margin: 8px 0 12px; }
figure > svg { display: block; width: 100%; height: auto; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 10px;
  margin: 18px 0; padding: 0; }
.figures div { background: var(--card); border-radius: 8px; padding: 10px 14px; }
.figures dt { color: var(--soft); font-size: 13px; } .figures dd { margin: 0; font-size: 21px; }
.figures dd small { display: block; font-size: 12px; color: var(--soft); }
.legend { font-size: 13px; color: var(--soft); } .key { display: inline-block; margin-right: 14px; }
.key svg { width: 12px; height: 12px; margin-right: 5px; vertical-align: -1px; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; width: 100%; }
th, td { text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--grid); }
tbody th { font-weight: 500; } tfoot th, tfoot td, .sum th, .sum td { font-weight: 700; }
th.n, td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
summary { cursor: pointer; margin: 8px 0; }
svg text { font-size: 12px; fill: var(--ink); }
svg text.tick { fill: var(--soft); font-size: 11px; } svg text.inside { fill: var(--inside); }
svg text.halo { paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
.grid { stroke: var(--grid); } .axis { stroke: var(--soft); }
.roof { stroke: var(--ink); stroke-width: 2; } .leader { stroke: var(--soft); }
.rest { fill: var(--rest); } .macs, .work { fill: var(--work); }
.k0 { fill: var(--k0); } .k1 { fill: var(--k1); } .k2 { fill: var(--k2); } .k3 { fill: var(--k3); }
.k4 { fill: var(--k4); } .s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); }
.s3 { fill: var(--s3); } .s4 { fill: var(--s4); } .s5 { fill: var(--s5); } .s6 { fill: var(--s6); }
.t0 { fill: var(--t0); } .t1 { fill: var(--t1); } .t2 { fill: var(--t2); } .t3 { fill: var(--t3); }
.m0, .m1, .m2 { shape-rendering: crispEdges; }
.m0 { fill: var(--m0); } .m1 { fill: var(--m1); } .m2 { fill: var(--m2); }
.dot { stroke: var(--page); } .total { fill: none; stroke: var(--ink); stroke-width: 2; }
@media print { .figures div { border: 1px solid var(--grid); } }
)css";

std::string figure(const std::string& name, const std::string& value, const std::string& note) {
  return fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", name, value, note);
}

std::string summary(const RunData& run) {
  const auto count = [&](std::string_view name) { return run.counters[counterIndex(name)]; };
  const auto cycles = static_cast<double>(run.cycles == 0 ? 1 : run.cycles);
  const auto port = [&](uint64_t bytes) {
    return percent(static_cast<double>(bytes) / (cycles * run.plan.busBytes)) + " of the port";
  };
  const double rows = static_cast<double>(count("array_rows")) / cycles;
  const uint64_t read = count("read_bytes");
  const uint64_t written = count("write_bytes");
  return "<dl class=\"figures\">\n" +
         figure("cycles", grouped(run.cycles),
                fmt::format("{} commands", grouped(run.program.commands.size()))) +
         figure("MAC utilization", percent(run.utilization(run.macs(), run.cycles)),
                fmt::format("rows enter the array in {}", percent(rows))) +
         figure("MACs", shortNumber(static_cast<double>(run.macs())),
                fmt::format("{:.1f} per cycle of {}", static_cast<double>(run.macs()) / cycles,
                            run.plan.dim * run.plan.dim)) +
         figure("read", shortNumber(static_cast<double>(read)) + "B", port(read)) +
         figure("written", shortNumber(static_cast<double>(written)) + "B", port(written)) +
         "</dl>\n";
}

/// " in 3 sequences (128, 77, 30)"; empty for one.
std::string batch(const RunData& run) {
  if (run.sequences.size() < 2) return {};
  std::string lengths;
  for (const auto length : run.sequences)
    lengths += (lengths.empty() ? "" : ", ") + std::to_string(length);
  return fmt::format(" in {} sequences ({})", run.sequences.size(), lengths);
}

std::string device(const RunData& run) {
  const Plan& plan = run.plan;
  return fmt::format(
      "<p>{0} x {0} array, {1} vector lanes, scratchpad {2} words of {0} bytes, accumulator {3} "
      "rows, memory port {4} bytes per cycle at {5} cycles of latency.</p>\n",
      plan.dim, plan.lanes, grouped(plan.scratchWords), grouped(plan.accRows), plan.busBytes,
      run.memoryLatency);
}

}  // namespace

std::string reportHtml(const RunData& run) {
  const std::string title = escape(fmt::format("{} on {}", run.model, run.plan.name));
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n"
                     "<p>{} tokens{}, {} {}. {}</p>\n",
                     title, kStyle, title, run.seq, batch(run), run.layers,
                     run.layers == 1 ? "layer" : "layers", escape(run.verdict)) +
         summary(run) + device(run) + operatorSection(run) + stallSection(run) +
         rooflineSection(run) + tracksSection(run) + memorySection(run) + "</body>\n</html>\n";
}

}  // namespace intformer::report
