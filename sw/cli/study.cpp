#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "sw/cli/commands.hpp"
#include "sw/cli/kinds.hpp"
#include "sw/cli/plan_input.hpp"
#include "sw/cli/progress.hpp"
#include "sw/cli/refusals.hpp"
#include "sw/files/files.hpp"
#include "sw/study/flat_page.hpp"

namespace intformer::cli {
namespace {

constexpr uint32_t kShortest = 64, kLongest = 65'536;

struct FlatOptions {
  std::string config = "configs/base16.toml";
  std::vector<std::string> overrides;
  std::vector<uint32_t> keys = {512, 1024, 2048, 4096};
  std::vector<uint32_t> ports = {4, 8, 16};
  std::string out, json;
};

void print(const study::Flat& flat) {
  fmt::print("{:>6} {:>4}  {:<8} {:>12} {:>6} {:>7} {:>13} {:>10}\n", "keys", "port", "fused",
             "cycles", "of all", "MACs", "bytes", "scratchpad");
  for (const study::Point& point : flat.points)
    for (const study::Way& way : point.ways) {
      const std::string head =
          fmt::format("{:>6} {:>4}  {:<8}", point.keys, point.busBytes, study::nameOf(way.fusion));
      if (way.cycles == 0) {
        fmt::print("{} does not fit: {}\n", head, way.refusal);
        continue;
      }
      const uint64_t all = point.ways[2].cycles;
      fmt::print("{} {:>12} {:>6.2f} {:>5.1f} % {:>13} {:>10}\n", head, way.cycles,
                 all == 0 ? 0.0 : static_cast<double>(way.cycles) / static_cast<double>(all),
                 100 * way.macs, way.bytes, way.scratchBytes);
    }
}

/// What is wrong with a wish; empty if nothing is.
std::string faultOf(const FlatOptions& options) {
  for (const uint32_t keys : options.keys)
    if (keys < kShortest || keys > kLongest)
      return fmt::format("--keys {}: choose from {} to {}", keys, kShortest, kLongest);
  for (const uint32_t port : options.ports)
    if (port < 4 || port > 128 || (port & (port - 1)) != 0)
      return fmt::format("--ports {}: a power of two from 4 to 128", port);
  return {};
}

int studyFlat(FlatOptions options) {
  if (const std::string fault = faultOf(options); !fault.empty()) {
    fmt::print(stderr, "{}\n", fault);
    return kRefused;
  }
  for (std::vector<uint32_t>* list : {&options.keys, &options.ports}) {
    std::ranges::sort(*list);
    list->erase(std::ranges::unique(*list).begin(), list->end());
  }
  const std::optional<Plan> plan = readPlan(options.config, options.overrides);
  if (!plan) return kRefused;
  study::Flat flat;
  {
    CountProgress progress("points", options.keys.size() * options.ports.size());
    uint64_t done = 0;
    flat = study::studyFlat(*plan, options.keys, options.ports, [&] { progress.update(++done); });
  }
  print(flat);
  if (!options.out.empty()) {
    files::writeAtomically(options.out, study::flatPage(flat));
    fmt::print("\npage: {}\n", options.out);
  }
  if (!options.json.empty()) files::writeAtomically(options.json, study::flatJson(flat).dump(2) + "\n");
  return 0;
}

void addFlat(CLI::App& study, int& status) {
  auto* command = study.add_subcommand(
      "flat", "What fusing attention spares, over lengths and ports, and what it holds on the chip");
  auto options = std::make_shared<FlatOptions>();
  command->add_option("--config", options->config, "Hardware config (*.toml)")
      ->type_name(kind::kConfig)
      ->capture_default_str();
  command->add_option("--set", options->overrides, "Override a config key: --set vector.lanes=8")
      ->type_name(kind::kSetting);
  command->add_option("--keys", options->keys, "Lengths of the rows, as many queries as keys")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--ports", options->ports, "Widths of the port in bytes: 4,8,16")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--out", options->out, "Write the page with pictures to this file")
      ->type_name(kind::kOutFile);
  command->add_option("--json", options->json, "Write the numbers to this file")
      ->type_name(kind::kOutFile);
  command->footer(
      "One head of 64 columns, full attention, by the performance model; none, softmax and all as\n"
      "--fusion of estimate and run has them. 4,096 keys take half a minute, 16,384 some minutes.\n"
      "Examples:\n"
      "  intformer study flat --out build/reports/flat.html\n"
      "  intformer study flat --config configs/wide32.toml --keys 1024,8192 --ports 32");
  command->callback([options, &status] { status = orRefuse([&] { return studyFlat(*options); }); });
}

}  // namespace

void addStudy(CLI::App& app, int& status) {
  auto* study = app.add_subcommand("study", "Answer questions of the literature with a device's numbers");
  study->require_subcommand(1);
  addFlat(*study, status);
}

}  // namespace intformer::cli
