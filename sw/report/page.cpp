#include "sw/report/page.hpp"

#include <fmt/format.h>

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
.l0 { stroke: var(--k0); } .l1 { stroke: var(--k1); } .l2 { stroke: var(--k2); }
.l3 { stroke: var(--k3); } .l4 { stroke: var(--k4); }
.l0, .l1, .l2, .l3, .l4 { stroke-width: 2; }
.m0, .m1, .m2 { shape-rendering: crispEdges; }
.m0 { fill: var(--m0); } .m1 { fill: var(--m1); } .m2 { fill: var(--m2); }
.dot { stroke: var(--page); } .total { fill: none; stroke: var(--ink); stroke-width: 2; }
@media print { .figures div { border: 1px solid var(--grid); } }
)css";

}  // namespace

std::string figure(const std::string& name, const std::string& value, const std::string& note) {
  return fmt::format("<div><dt>{}</dt><dd>{}<small>{}</small></dd></div>\n", name, value, note);
}

std::string page(const std::string& title, const std::string& body) {
  return fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
                     escape(title), kStyle) +
         body + "</body>\n</html>\n";
}

}  // namespace intformer::report
