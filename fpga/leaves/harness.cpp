#include "fpga/leaves/harness.hpp"

#include <fmt/format.h>

namespace intformer::leaves {

std::string leafHarness(const std::vector<Port>& ports) {
  // Without these parameters a TRELLIS_FF has an enable and a reset.
  const char* const flipFlop =
      "  (* keep *) TRELLIS_FF #(.GSR(\"DISABLED\"), .CEMUX(\"1\"), .CLKMUX(\"CLK\"), "
      ".LSRMUX(\"LSR\"), .REGSET(\"RESET\"), .SRMODE(\"LSR_OVER_CE\"))\n"
      "    h{} (.CLK(clk), .LSR(1'b0), .DI({}), .Q({}));\n";
  std::string text = "module harness (input clk, input sdi);\n";
  std::string connections;
  std::string last = "sdi";
  uint32_t count = 0;
  for (const Port& port : ports) {
    text += fmt::format("  wire [{}:0] {};\n", port.width - 1, port.name);
    connections += fmt::format("{}.{}({})", connections.empty() ? "" : ", ", port.name, port.name);
    if (port.name == "clk_i") {
      text += "  assign clk_i = clk;\n";
      continue;
    }
    for (uint32_t bit = 0; bit < port.width; ++bit) {
      const std::string wire = fmt::format("{}[{}]", port.name, bit);
      text += port.input ? fmt::format(fmt::runtime(flipFlop), count++, last, wire)
                         : fmt::format(fmt::runtime(flipFlop), count++, wire, "");
      if (port.input) last = wire;
    }
  }
  return text + "  leaf leaf (" + connections + ");\nendmodule\n";
}

std::string portOfHarness(const std::vector<Port>& ports, const std::string& cell) {
  if (cell.size() < 2 || cell[0] != 'h' || cell.find_first_not_of("0123456789", 1) != cell.npos)
    return {};
  uint64_t left = std::stoull(cell.substr(1));
  for (const Port& port : ports) {
    if (port.name == "clk_i") continue;
    if (left < port.width) return port.name;
    left -= port.width;
  }
  return {};
}

}  // namespace intformer::leaves
