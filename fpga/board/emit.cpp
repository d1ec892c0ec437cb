#include "fpga/board/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "gen/tables/registers.hpp"

namespace intformer::fpga_board {
namespace {

/// System clocks that last at least so long.
uint32_t clocks(const Board& board, double ns) {
  return static_cast<uint32_t>(std::ceil(ns * board.systemMhz / 1000 - 1e-9));
}

const RegisterRow& registerNamed(std::string_view name) {
  for (const RegisterRow& row : registerRows())
    if (row.name == name) return row;
  throw std::logic_error(fmt::format("no register {}", name));
}

uint32_t bitOf(const RegisterRow& row, std::string_view field) {
  const auto found = std::ranges::find(row.fields, field, &RegisterField::name);
  if (found == row.fields.end()) throw std::logic_error(fmt::format("no field {}", field));
  return found->lsb;
}

std::string directionOf(const std::string& port) {
  return port.ends_with("_io") ? "inout  wire " : port.ends_with("_i") ? "input  logic" : "output logic";
}

struct Port {
  std::string name;
  uint32_t width = 0;  ///< 0: no bus
};

/// Ports of the top module, without those that are held.
std::vector<Port> portsOf(const Board& board) {
  std::vector<Port> ports;
  for (const Pin& pin : board.pins) {
    const std::size_t bracket = pin.port.find('[');
    const std::string name = pin.port.substr(0, bracket);
    if (ports.empty() || ports.back().name != name) ports.push_back({name});
    if (bracket != std::string::npos) ++ports.back().width;
  }
  return ports;
}

}  // namespace

std::string whyNotOn(const Board& board, const Plan& plan) {
  const uint32_t word = board.sdram.gear * board.sdram.dataBits, bus = plan.busBytes * 8;
  if (bus > 128)
    return fmt::format("bus.data_bits: must be at most 128 on a board, got {}; --set bus.data_bits=128", bus);
  if (bus % word != 0)
    return fmt::format("bus.data_bits: must be a multiple of {}, the bits that {}'s memory moves in a "
                       "clock, got {}; --set bus.data_bits={}",
                       word, board.name, bus, word);
  if ((board.sdram.bytes() - 1) >> plan.addressBits != 0)
    return fmt::format("bus.address_bits: {} do not reach all of {}'s memory of {} bytes",
                       plan.addressBits, board.name, board.sdram.bytes());
  if (board.baud * kLeastBitClocks > board.systemMhz * 1e6)
    return fmt::format("{}: a bit at {} baud must last {} clocks of {} MHz at least", board.name,
                       board.baud, kLeastBitClocks, board.systemMhz);
  return "";
}

std::string packageText(const Board& board, const Plan& plan) {
  const Sdram& s = board.sdram;
  const RegisterRow& control = registerNamed("control");
  const RegisterRow& status = registerNamed("status");
  std::string text = fmt::format(
      "// What {} and the device {} decide of the system around the device.\n"
      "`default_nettype none\n\npackage board_pkg;\n",
      board.title, plan.name);
  const auto add = [&text](const char* name, uint64_t value, const char* what) {
    text += fmt::format("  localparam int unsigned {:<14} = {};{}{}\n", name, value,
                        *what == '\0' ? "" : "  // ", what);
  };
  add("ClockHz", static_cast<uint64_t>(std::llround(board.systemMhz * 1e6)), "");
  add("Baud", board.baud, "");
  add("DataBits", plan.busBytes * 8, "of the device's bus");
  add("AddressBits", plan.addressBits, "");
  add("MemoryBytes", s.bytes(), "");
  add("Outstanding", std::bit_ceil(plan.outstandingReads + plan.outstandingWrites + 2), "bursts");
  text += "\n  // The memory chip; times in clocks of the system, CasLatency in its own.\n";
  add("Gear", s.gear, "of its clocks in one of the system");
  add("DqBits", s.dataBits, "");
  add("RowBits", s.rowBits, "");
  add("ColumnBits", s.columnBits, "");
  add("BankBits", s.bankBits, "");
  add("PinBits", addressPins(s), "of its address");
  add("CasLatency", s.casLatency, "");
  add("TRcd", clocks(board, s.rcdNs), "");
  add("TRp", clocks(board, s.rpNs), "");
  add("TRas", clocks(board, s.rasNs), "");
  add("TRc", clocks(board, s.rcNs), "");
  add("TRfc", clocks(board, s.rfcNs), "");
  add("TWr", clocks(board, s.wrNs), "");
  add("TMrd", clocks(board, s.mrdNs), "");
  add("TRefi", static_cast<uint64_t>(s.refreshUs * board.systemMhz), "");
  add("InitClocks", clocks(board, s.startUs * 1000), "");
  text += fmt::format("  localparam bit InvertedClock = 1'b{};\n", s.invertedClock ? 1 : 0);
  text += "\n  // Registers that the lights follow.\n";
  text += fmt::format("  localparam logic [11:0] Control = 12'h{:03x}, Status = 12'h{:03x};\n",
                      control.offset, status.offset);
  add("ControlStart", bitOf(control, "start"), "");
  add("StatusBusy", bitOf(status, "busy"), "");
  add("StatusDone", bitOf(status, "done"), "");
  add("StatusError", bitOf(status, "error"), "");
  return text + "endpackage\n\n`default_nettype wire\n";
}

std::string chipText(const Board& board) {
  const Sdram& s = board.sdram;
  const double chipMhz = board.systemMhz * s.gear;
  std::string text = fmt::format(
      "// What the memory chip of {} demands at {:g} MHz, in its clocks.\n"
      "`default_nettype none\n\npackage chip_pkg;\n",
      board.title, chipMhz);
  const auto add = [&](const char* name, double ns) {
    text += fmt::format("  localparam int unsigned {:<6} = {};\n", name,
                        static_cast<uint32_t>(std::ceil(ns * chipMhz / 1000 - 1e-9)));
  };
  add("TInit", s.startUs * 1000);
  add("TRcd", s.rcdNs);
  add("TRp", s.rpNs);
  add("TRas", s.rasNs);
  add("TRc", s.rcNs);
  add("TRfc", s.rfcNs);
  add("TWr", s.wrNs);
  add("TMrd", s.mrdNs);
  add("TRefi", s.refreshUs * 1000);
  return text + "endpackage\n\n`default_nettype wire\n";
}

std::string topText(const Board& board) {
  std::string ports, connections, held;
  const auto port = [&](const std::string& direction, uint32_t width, const std::string& name) {
    ports += fmt::format("{}  {} {:<7}{}", ports.empty() ? "" : ",\n", direction,
                         width == 0 ? "" : fmt::format("[{}:0]", width - 1), name);
  };
  for (const Port& each : portsOf(board)) {
    port(directionOf(each.name), each.width, each.name);
    const bool light = std::ranges::any_of(
        kLights, [&](const char* name) { return each.name == std::string(name) + "_o"; });
    if (each.name == "reset_i") continue;
    if (light && board.lightsActiveLow) {
      held += fmt::format("  logic {0}_lit;\n  assign {1} = !{0}_lit;\n",
                          each.name.substr(0, each.name.size() - 2), each.name);
      connections += fmt::format(",\n    .{}({}_lit)", each.name,
                                 each.name.substr(0, each.name.size() - 2));
    } else {
      connections += fmt::format(",\n    .{0}({0})", each.name);
    }
  }
  for (const char* light : kLights)
    if (!board.has(std::string(light) + "_o"))
      connections += fmt::format(",\n    .{}_o()", light);
  for (const auto& [pins, level] : {std::pair{&board.high, 1}, {&board.low, 0}})
    for (const Pin& pin : *pins) {
      port("output logic", 0, pin.port);
      held += fmt::format("  assign {} = 1'b{};\n", pin.port, level);
    }
  const std::string reset =
      !board.has("reset_i") ? "1'b1" : board.resetActiveLow ? "reset_i" : "!reset_i";
  return fmt::format(
      "// The pins of {}.\n`default_nettype none\n\nmodule board_top (\n{}\n);\n{}"
      "  ecp5_board u_board (\n    .reset_ni({}){}\n  );\nendmodule\n\n`default_nettype wire\n",
      board.title, ports, held, reset, connections);
}

std::string constraintsText(const Board& board) {
  std::string text = fmt::format("FREQUENCY PORT \"clock_i\" {} MHZ;\n", board.clockMhz);
  for (const auto* pins : {&board.pins, &board.high, &board.low})
    for (const Pin& pin : *pins)
      text += fmt::format("LOCATE COMP \"{0}\" SITE \"{1}\";\nIOBUF PORT \"{0}\" IO_TYPE=LVCMOS33{2};\n",
                          pin.port, pin.site,
                          pin.port == "reset_i" ? board.resetActiveLow ? " PULLMODE=UP" : " PULLMODE=DOWN"
                          : pin.port == "uart_rx_i"       ? " PULLMODE=UP"
                          : pin.port.starts_with("sdram") ? " SLEWRATE=FAST"
                                                          : "");
  return text;
}

}  // namespace intformer::fpga_board
