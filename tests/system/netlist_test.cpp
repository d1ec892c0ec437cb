// The device as Yosys maps it to ECP5, on the testbench of the RTL: `make netlist`.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "sw/files/files.hpp"
#include "tests/system/same_memory.hpp"

using namespace intformer;
using namespace intformer::system_test;
namespace fs = std::filesystem;

namespace {

constexpr uint64_t kFirstSeed = 1000;
constexpr uint64_t kPrograms = 20;

std::string read(const fs::path& path) {
  return std::string(files::readWhole(path, uint64_t{1} << 30).text());
}

/// The make target says where things are.
std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// The mapped device under the top's name and ports. Its `event_*` outputs are dropped when it is
/// mapped: here they are 0, so waits know of pins alone.
std::string wrapper(const Plan& plan, const std::string& top) {
  std::string text = top;
  const std::size_t body = text.find(");", text.find("module " + plan.name + "_top"));
  REQUIRE(body != text.npos);
  return text.substr(0, body) +
         ");\n  leaf leaf (.*);\n  assign event_start_o = '0;\n  assign event_start_index_o = '0;\n"
         "  assign event_done_o = '0;\n  assign event_done_index_o = '0;\nendmodule\n"
         "`default_nettype wire\n";
}

/// Inverts the function of the first LUT with `part` in its name, to see that it is missed.
void breakLut(std::string& netlist, const std::string& part) {
  constexpr std::string_view kLut = "LUT4 #(", kInit = ".INIT(16'h";
  for (std::size_t at = netlist.find(kLut); at != netlist.npos; at = netlist.find(kLut, at + 1)) {
    const std::size_t init = netlist.find(kInit, at) + kInit.size();
    const std::size_t name =
        netlist.find(')', netlist.find(')', init) + 1);  // behind the parameters
    if (netlist.substr(name, netlist.find('(', name) - name).find(part) == std::string::npos)
      continue;
    const unsigned long function = std::stoul(netlist.substr(init, 4), nullptr, 16);
    netlist.replace(init, 4, fmt::format("{:04x}", ~function & 0xffff));
    return;
  }
  FAIL("no LUT has this in its name: " << part);
}

}  // namespace

TEST_CASE("the mapped netlist leaves the emulator's memory", "[.netlist]") {
  const Plan plan = planOf("tiny4", {"target.family=ecp5"});
  std::string netlist = read(setting("INTFORMER_NETLIST"));
  const std::string mutant = setting("INTFORMER_NETLIST_MUTANT");
  if (!mutant.empty()) breakLut(netlist, mutant);
  std::string top, package;
  for (const EmittedFile& file : emitAll(plan)) {
    if (file.path.ends_with(plan.name + "_top.sv")) top = file.text;
    if (file.path.ends_with(plan.name + "_pkg.sv")) package = file.text;
  }
  const fs::path cells = setting("INTFORMER_CELLS");
  const std::vector<EmittedFile> files = {{plan.name + ".f",
                                           "+define+NO_INCLUDES\npackage.sv\ncommon.v\nccu2c."
                                           "v\ndp16kd.sv\nmult18x18d.sv\nmapped.v\nwrapper.sv\n"},
                                          {"package.sv", package},
                                          {"common.v", read(cells / "common_sim.vh")},
                                          {"ccu2c.v", read(cells / "ccu2c_sim.vh")},
                                          {"dp16kd.sv", read("fpga/netlist/dp16kd.sv")},
                                          {"mult18x18d.sv", read("fpga/netlist/mult18x18d.sv")},
                                          {"mapped.v", netlist},
                                          {"wrapper.sv", wrapper(plan, top)}};
  Device device(plan, tb::buildDevice(plan, files));
  for (uint64_t seed = kFirstSeed; seed < kFirstSeed + kPrograms; ++seed) {
    INFO("netlist, seed " << seed);
    requireSameMemory(device, seed);
    fmt::print("program {} of {}: the memory is the emulator's\n", seed - kFirstSeed + 1,
               kPrograms);
    std::fflush(stdout);
  }
}
