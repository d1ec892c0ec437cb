#include "fpga/place/map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "fpga/leaves/elaborated.hpp"
#include "fpga/leaves/harness.hpp"
#include "fpga/leaves/leaf.hpp"
#include "sw/files/files.hpp"

namespace intformer::place {
namespace {

namespace fs = std::filesystem;

/// For simulation: a board leaves these outputs open.
constexpr std::string_view kOpenOutputs = "event_";

/// Arrays with a read port per lane are logic. They are mapped before the search for a fitting RAM,
/// which takes more memory than a machine has when a design has 16 lanes.
std::string synthesis(synthesis::FpgaTarget target) {
  const bool ecp5 = target == synthesis::FpgaTarget::Ecp5;
  return fmt::format("{0} -run begin:{1}\nmemory_map */r:RD_PORTS>=4\n{0} -run {1}:\n",
                     ecp5 ? "synth_ecp5 -top leaf"
                          : "synth_xilinx -family xcup -flatten -noiopad -noclkbuf -top leaf",
                     ecp5 ? "map_ram" : "map_memory");
}

/// The device becomes an instance `leaf`, so that its cells' names are told from the harness's.
std::string script(synthesis::FpgaTarget target, const std::string& top) {
  return fmt::format(
      "read_rtlil elaborated.il\n"
      "hierarchy -top {0}\n"
      "cd {0}\n"
      "delete -port o:{1}*\n"
      "cd ..\n"
      "rename {0} leaf\n"
      "{2}"
      "autoname\n"  // of all flows only some do so: a cell's name tells its unit
      "write_verilog -noattr mapped.v\n"
      "read_verilog harness.v\n"
      "hierarchy -top harness\n"
      "proc\n"
      "flatten\n"
      "clean\n"
      "write_json netlist.json\n",
      top, kOpenOutputs, synthesis(target));
}

/// A harness without registers: the ports of the device.
std::string bareHarness(const std::vector<leaves::Port>& ports) {
  std::string head, connections;
  for (const leaves::Port& port : ports) {
    head += fmt::format("{}  {} [{}:0] {}", head.empty() ? "" : ",\n",
                        port.input ? "input" : "output", port.width - 1, port.name);
    connections += fmt::format("{}.{}({})", connections.empty() ? "" : ", ", port.name, port.name);
  }
  return "module harness (\n" + head + ");\n  leaf leaf (" + connections + ");\nendmodule\n";
}

}  // namespace

synthesis::FlatNetlist mapDevice(const fpga_tools::FpgaTools& tools, synthesis::FpgaTarget target,
                                 const Plan& plan, const fs::path& work) {
  const bool ecp5 = target == synthesis::FpgaTarget::Ecp5;
  const auto modules = leaves::elaborate(tools, plan, work);
  const auto top = std::ranges::find(modules, std::string("top"), &leaves::Module::name);
  if (top == modules.end()) throw std::runtime_error(plan.name + ": a device without a top");
  std::vector<leaves::Port> ports = top->ports;
  std::erase_if(ports, [](const leaves::Port& port) { return port.name.starts_with(kOpenOutputs); });
  std::ofstream(work / "harness.v")
      << (ecp5 ? leaves::leafHarness(ports) : bareHarness(ports));
  tools.yosys(work, "yosys", script(target, top->yosysName));
  const std::string prefix = top->yosysName.substr(0, top->yosysName.size() - 3);
  return synthesis::readNetlist(target, files::readText(work / "netlist.json"),
                     prefix, "leaf.");
}

}  // namespace intformer::place
