#include "tests/system/mapped_netlist.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "sw/files/files.hpp"

namespace intformer::system_test {
namespace {

namespace fs = std::filesystem;

const char* const kCells[] = {"common_sim.vh", "ccu2c_sim.vh"};
const char* const kOwnCells[] = {"dp16kd.sv", "mult18x18d.sv"};

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A variable's path, below which `file` must be.
fs::path place(const char* name, const char* what, const fs::path& file = {}) {
  const std::string value = setting(name);
  std::string reason;
  if (value.empty()) {
    reason = "is not set";
  } else if (const fs::path path = file.empty() ? fs::path(value) : value / file;
             !fs::is_regular_file(path)) {
    reason = fmt::format("names {}, which is no file", path.string());
  }
  if (!reason.empty())
    throw std::runtime_error(fmt::format(
        "{} {}: it says where {}; `make netlist` makes that, and sets it", name, reason, what));
  return value;
}

/// The top's head around the mapped device, whose `event_*` outputs are dropped when it is mapped:
/// here they are 0, so waits know of pins alone.
std::string wrapper(const Plan& plan, const std::string& top) {
  const std::size_t body = top.find(");", top.find("module " + plan.name + "_top"));
  if (body == top.npos) throw std::runtime_error(plan.name + "_top has no list of ports");
  return top.substr(0, body) +
         ");\n  leaf leaf (.*);\n  assign event_start_o = '0;\n  assign event_start_index_o = '0;\n"
         "  assign event_done_o = '0;\n  assign event_done_index_o = '0;\nendmodule\n"
         "`default_nettype wire\n";
}

}  // namespace

NetlistSettings netlistSettings() {
  return {place("INTFORMER_NETLIST", "tiny4's mapped netlist is"),
          place("INTFORMER_CELLS", "Yosys's models of ECP5's cells are", kCells[0]),
          setting("INTFORMER_NETLIST_MUTANT")};
}

std::string invertLut(std::string netlist, const std::string& part) {
  constexpr std::string_view kLut = "LUT4 #(", kInit = ".INIT(16'h";
  for (std::size_t at = netlist.find(kLut); at != netlist.npos; at = netlist.find(kLut, at + 1)) {
    const std::size_t init = netlist.find(kInit, at) + kInit.size();
    const std::size_t name = netlist.find(')', netlist.find(')', init) + 1);  // behind parameters
    if (netlist.substr(name, netlist.find('(', name) - name).find(part) == netlist.npos) continue;
    const unsigned long function = std::stoul(netlist.substr(init, 4), nullptr, 16);
    netlist.replace(init, 4, fmt::format("{:04x}", ~function & 0xffff));
    return netlist;
  }
  throw std::runtime_error("no LUT of the netlist has \"" + part +
                           "\" in its name: a part of a register's or wire's name will do");
}

std::vector<EmittedFile> netlistDesign(const Plan& plan, const NetlistSettings& settings) {
  std::string list = "+define+NO_INCLUDES\n";
  std::vector<EmittedFile> files;
  const auto add = [&](const std::string& name, std::string text) {
    list += name + '\n';
    files.push_back({name, std::move(text)});
  };
  std::string top;
  for (const EmittedFile& file : emitAll(plan)) {
    if (file.path.ends_with(plan.name + "_pkg.sv")) add("package.sv", file.text);
    if (file.path.ends_with(plan.name + "_top.sv")) top = file.text;
  }
  for (const char* name : kCells) add(name, files::readText(settings.cells / name));
  for (const char* name : kOwnCells) add(name, files::readText(fs::path("fpga/netlist") / name));
  std::string netlist = files::readText(settings.netlist);
  if (!settings.mutant.empty()) netlist = invertLut(std::move(netlist), settings.mutant);
  add("mapped.v", std::move(netlist));
  add("wrapper.sv", wrapper(plan, top));
  files.push_back({plan.name + ".f", list});
  return files;
}

}  // namespace intformer::system_test
