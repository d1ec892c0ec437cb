#include "sw/report/html.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gen/device.hpp"
#include "gen/tables/registers.hpp"
#include "gen/tables/sizes.hpp"
#include "sw/report/charts.hpp"
#include "sw/report/page.hpp"
#include "sw/report/svg.hpp"
#include "sw/version/version.hpp"

namespace intformer::report {
namespace {

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
      "rows, family {4}, memory port {5} bytes per cycle, {6}. Config hash {7}; intformer {8}.</p>\n",
      plan.dim, plan.lanes, grouped(plan.scratchWords), grouped(plan.accRows),
      familyName(plan.family), plan.busBytes,
      memoryText(run.dram, run.memoryLatency, run.memoryStall, run.memorySeed), configHashText(plan),
      version::programVersion());
}

}  // namespace

std::string reportHtml(const RunData& run) {
  const std::string title = fmt::format("{} on {}", run.model, deviceName(run.plan));
  return page(title,
              fmt::format("<p>{} tokens{}, {} {}. {}</p>\n", run.seq, batch(run), run.layers,
                          run.layers == 1 ? "layer" : "layers", escape(run.verdict)) +
                  summary(run) + device(run) + operatorSection(run) + stallSection(run) +
                  rooflineSection(run) + tracksSection(run) + memorySection(run));
}

}  // namespace intformer::report
