#include "fpga/board/bitstream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fpga/board/emit.hpp"
#include "gen/emit/emit.hpp"
#include "gen/library.hpp"
#include "gen/names.hpp"
#include "gen/output.hpp"
#include "sw/files/files.hpp"
#include "sw/places/places.hpp"

namespace intformer::fpga_board {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string mhz(double value) { return fmt::format("{}", value); }

/// The two clocks of ecp5_board from the board's oscillator: `work`/board_pll.v.
void writePll(const fpga_tools::FpgaTools& tools, const Board& board, const fs::path& work) {
  const double system = board.systemMhz;
  tools.ecp(work, "ecppll",
            {"--module", "board_pll", "--clkin", mhz(board.clockMhz), "--clkout0", mhz(system),
             "--clkout1", mhz(system * board.sdram.gear), "--file", "board_pll.v"});
}

/// "$glbnet$u_board.clk2x" as "clk2x".
std::string clockName(const std::string& net) {
  return net.substr(net.find_last_of(".$") + 1);
}

}  // namespace

bool Routed::holds() const {
  return std::ranges::all_of(clocks, &ClockSpeed::holds) && crossNs <= crossTargetNs;
}

std::vector<std::string> writeSystem(const Board& board, const Plan& plan, const fs::path& work,
                                     bool primitives) {
  fs::remove_all(work / "soc");
  fs::create_directories(work / "soc");
  std::vector<EmittedFile> files = {{"board_pkg.sv", packageText(board, plan)}};
  for (const EmittedFile& file : libraryFiles())
    if (file.path.starts_with("common/"))
      files.push_back({fs::path(file.path).filename().string(), file.text});
  std::vector<fs::path> own;
  for (const auto& entry : fs::directory_iterator(places::ownFile("fpga/soc")))
    if (entry.path().extension() == ".sv" &&
        (primitives || !entry.path().filename().string().starts_with("ecp5_")))
      own.push_back(entry.path());
  std::ranges::sort(own);
  for (const fs::path& source : own)
    files.push_back({source.filename().string(), files::readText(source)});

  std::vector<EmittedFile> strangers;
  std::ranges::copy_if(files, std::back_inserter(strangers), [](const EmittedFile& file) {
    return file.path.find("board") == std::string::npos;
  });
  const DeviceNames names("board", strangers);
  std::vector<std::string> sources;
  for (const EmittedFile& file : files) {
    const EmittedFile copy = names.copyOf(file);
    const bool named = file.path.find("board") != std::string::npos;
    sources.push_back("soc/" + (named ? file.path : copy.path));
    files::writeAtomically(work / sources.back(), copy.text);
  }
  return sources;
}

synthesis::FlatNetlist mapBoard(const fpga_tools::FpgaTools& tools, const Board& board,
                                const Plan& plan, const fs::path& work) {
  const auto files = emitAll(plan);
  if (const WriteResult written = writeDesign(work / "design", plan.name, files);
      !written.error.empty())
    throw std::runtime_error(written.error);
  writePll(tools, board, work);
  files::writeAtomically(work / "board_top.sv", topText(board));
  files::writeAtomically(work / "board.lpf", constraintsText(board));

  std::string script;
  for (const auto& file : files)
    if (file.path.ends_with(".sv"))
      script += fmt::format("read_verilog -sv \"design/{}\"\n", file.path);
  for (const std::string& source : writeSystem(board, plan, work, /*primitives=*/true))
    script += fmt::format("read_verilog -sv -D BOARD_DEVICE={}_top {}\n", plan.name, source);
  script +=
      "read_verilog -sv board_top.sv\nread_verilog board_pll.v\n"
      "synth_ecp5 -top board_top -run begin:map_ram\n"
      "memory_map */r:RD_PORTS>=4\n"  // arrays with a read port per lane are logic
      "synth_ecp5 -top board_top -run map_ram:\n"
      "autoname\nwrite_json board.json\n";
  tools.yosys(work, "yosys", script);
  return synthesis::readNetlist(synthesis::FpgaTarget::Ecp5, files::readText(work / "board.json"),
                                "", "u_board.u_soc.");
}

Routed readRouted(const Board& board, const std::string& text) {
  const json report = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (report.is_discarded() || !report.contains("fmax") || report["fmax"].empty())
    throw std::runtime_error("not a report of nextpnr with a clock");
  Routed routed;
  const double fastest = board.systemMhz * board.sdram.gear;
  for (const auto& [net, speed] : report["fmax"].items()) {
    const std::string name = clockName(net);
    const double needed = name == "clk" ? board.systemMhz : name == "clk2x" ? fastest : board.clockMhz;
    routed.clocks.push_back({name, speed.at("achieved").get<double>(), needed});
  }
  // Both clocks of the PLL rise together: what goes from one to the other has a fast clock's time.
  routed.crossTargetNs = 1000 / fastest;
  for (const json& path : report.at("critical_paths")) {
    const std::string from = path.at("from"), to = path.at("to");
    if (from == to || from == "<async>" || to == "<async>") continue;
    double ns = 0;
    for (const json& step : path.at("path")) ns += step.at("delay").get<double>();
    routed.crossNs = std::max(routed.crossNs, ns);
  }
  return routed;
}

Routed route(const fpga_tools::FpgaTools& tools, const Board& board, const fs::path& work,
             uint32_t seed, const std::function<void()>& waiting) {
  tools.nextpnr(work, "nextpnr",
                {"--json", "board.json", "--lpf", "board.lpf", "--textcfg", "board.config",
                 "--report", "report.json", "--seed", std::to_string(seed), "--timing-allow-fail"},
                waiting,
                {"--" + board.device, "--package", board.package, "--speed",
                 std::to_string(board.speed)});
  Routed routed = readRouted(board, files::readText(work / "report.json"));
  routed.seed = seed;
  return routed;
}

void pack(const fpga_tools::FpgaTools& tools, const fs::path& work, const fs::path& bitstream) {
  tools.ecp(work, "ecppack", {"--compress", "board.config", "board.bit"});
  fs::rename(work / "board.bit", bitstream);
}

}  // namespace intformer::fpga_board
