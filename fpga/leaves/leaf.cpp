#include "fpga/leaves/leaf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fpga/leaves/harness.hpp"
#include "fpga/synthesis/hierarchy.hpp"
#include "gen/emit/emit.hpp"
#include "gen/output.hpp"
#include "sw/files/files.hpp"
#include "sw/files/hash.hpp"

namespace intformer::leaves {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// To be changed with anything below that changes results: they are kept under its name.
const char* const kFlow = "2";

/// A fast module is fast by any seed. Of a slower one the seeds differ by some percent: the median
/// of three counts.
constexpr double kFast = 100;
constexpr std::array kMoreSeeds = {"2", "3"};

/// The harness is made of mapped cells, so that the leaf's own netlist is not mapped again.
std::string leafScript(const std::string& yosysName) {
  return fmt::format(
      "read_rtlil ../elaborated.il\n"
      "hierarchy -top {0}\n"
      "rename {0} leaf\n"
      "synth_ecp5 -top leaf\n"
      "tee -q -o statistics.json stat -json\n"
      "read_verilog harness.v\n"
      "hierarchy -top harness\n"
      "proc\n"
      "flatten\n"
      "clean\n"
      "write_json netlist.json\n",
      yosysName);
}

json toJson(const LeafResult& result) {
  const synthesis::Resources& r = result.resources;
  return {{"luts", r.luts}, {"lut_rams", r.lutRams}, {"flip_flops", r.flipFlops},
          {"dsps", r.dsps}, {"block_rams", r.blockRams}, {"mhz", result.mhz},
          {"from", result.from}, {"to", result.to}, {"levels", result.levels}};
}

LeafResult fromJson(const json& kept) {
  LeafResult result;
  result.resources = {kept.at("luts"), kept.at("lut_rams"), kept.at("flip_flops"), kept.at("dsps"),
                      kept.at("block_rams")};
  result.mhz = kept.at("mhz");
  result.from = kept.at("from");
  result.to = kept.at("to");
  result.levels = kept.at("levels");
  return result;
}

}  // namespace

std::vector<Module> elaborate(const fpga_tools::FpgaTools& tools, const Plan& plan,
                              const fs::path& work) {
  const std::string& name = plan.name;
  const auto files = emitAll(plan);
  if (const WriteResult written = writeDesign(work / "design", name, files); !written.error.empty())
    throw std::runtime_error(written.error);
  std::string script;
  for (const auto& file : files)
    if (file.path.ends_with(".sv")) script += "read_verilog -sv design/" + file.path + "\n";
  script += "hierarchy -check -top " + name + "_top\nproc\nopt_clean\n" +
            "write_rtlil elaborated.il\nwrite_json elaborated.json\n";
  tools.yosys(work, "elaborate", script);
  return readElaborated(files::readText(work / "elaborated.json"), name + "_");
}

LeafResult readLeafReport(const std::string& text) {
  const json report = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded() || !report.contains("fmax") || report["fmax"].size() != 1)
    throw std::runtime_error("not a report of nextpnr with one clock");
  LeafResult result;
  result.mhz = report["fmax"].begin()->at("achieved");
  for (const json& path : report.at("critical_paths")) {
    const std::string from = path.at("from"), to = path.at("to");
    if (from == "<async>" || to == "<async>" || path.at("path").empty()) continue;
    const json& steps = path["path"];
    result.from = synthesis::sourceName(steps.front().at("from").at("cell").get<std::string>());
    result.to = synthesis::sourceName(steps.back().at("to").at("cell").get<std::string>());
    for (const json& step : steps)
      if (step.at("type") == "logic" && step.at("from").at("port") != "FCI") ++result.levels;
  }
  return result;
}

namespace {

/// Ends of paths outside of the module are its ports.
LeafResult withPorts(LeafResult result, const Module& module) {
  for (std::string* end : {&result.from, &result.to})
    if (std::string port = portOfHarness(module.ports, *end); !port.empty()) *end = port;
  return result;
}

}  // namespace

namespace {

/// What both tools have left in a module's folder, where their logs lie too.
LeafResult readResult(const fs::path& folder) try {
  LeafResult result = readLeafReport(files::readText(folder / "report.json"));
  result.resources = synthesis::readStatistics(synthesis::FpgaTarget::Ecp5,
                                               files::readText(folder / "statistics.json"), "leaf")
                         .top.resources;
  return result;
} catch (const std::exception& error) {
  throw std::runtime_error(fmt::format("{}; see the logs in {}", error.what(), folder.string()));
}

LeafResult placed(const fpga_tools::FpgaTools& tools, const fs::path& folder, const char* seed) {
  tools.nextpnr(folder, "nextpnr",
                {"--json", "netlist.json", "--report", "report.json", "--seed", seed, "--freq",
                 "100", "--lpf-allow-unconstrained", "--timing-allow-fail"});
  return readResult(folder);
}

}  // namespace

LeafResult measureLeaf(const fpga_tools::FpgaTools& tools, const Module& module,
                       const fs::path& work, const fs::path& cache) {
  const uint64_t key = files::fnv1a(kFlow + tools.versions(), module.content);
  const fs::path kept = cache / fmt::format("{}-{:016x}.json", module.name, key);
  if (fs::exists(kept)) {
    const json known = json::parse(files::readText(kept), nullptr, /*allow_exceptions=*/false);
    if (!known.is_discarded()) return withPorts(fromJson(known), module);
  }
  const fs::path folder = work / module.name;
  fs::create_directories(folder);
  std::ofstream(folder / "harness.v") << leafHarness(module.ports);
  tools.yosys(folder, "yosys", leafScript(module.yosysName));
  std::vector results = {placed(tools, folder, "1")};
  if (results[0].mhz < kFast)
    for (const char* seed : kMoreSeeds) results.push_back(placed(tools, folder, seed));
  std::ranges::sort(results, {}, &LeafResult::mhz);
  LeafResult result = results[results.size() / 2];
  fs::remove(folder / "netlist.json");
  fs::create_directories(cache);
  files::writeAtomically(kept, toJson(result).dump() + "\n");
  return withPorts(result, module);
}

}  // namespace intformer::leaves
