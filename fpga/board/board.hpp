#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Boards as data: what fpga/boards/*.toml say.
namespace intformer::fpga_board {

/// A pin of the top module and where it is on the package.
struct Pin {
  std::string port;  ///< "sdram_dq_io[3]"
  std::string site;  ///< "N18"
};

/// Times of the memory chip in ns, and its sizes.
struct Sdram {
  uint32_t dataBits = 0;    ///< 8, 16 or 32
  uint32_t rowBits = 0, columnBits = 0, bankBits = 0;
  uint32_t casLatency = 0;  ///< in chip clocks
  uint32_t gear = 1;        ///< chip clocks in a system clock, 1 or 2
  bool invertedClock = false;
  double refreshUs = 0;     ///< between two refreshes, on average
  double startUs = 0;       ///< from power to the first command
  double rcdNs = 0, rpNs = 0, rasNs = 0, rcNs = 0, rfcNs = 0, wrNs = 0, mrdNs = 0;

  [[nodiscard]] uint64_t bytes() const {
    return uint64_t{dataBits / 8} << (rowBits + columnBits + bankBits);
  }
};

/// Address pins that a chip of this size has at least.
uint32_t addressPins(const Sdram& sdram);

/// Lights that a board may have: names of keys, and with "_o" of ports.
inline constexpr const char* kLights[] = {"running", "done", "error", "alive"};

struct Board {
  std::string name;                 ///< of the file: "ulx3s"
  std::string title;                ///< "Radiona ULX3S"
  std::vector<std::string> loader;  ///< arguments of openFPGALoader
  std::string device, package;      ///< "85k", "CABGA381"
  uint32_t speed = 6;
  double clockMhz = 0;              ///< of the oscillator
  double systemMhz = 0;             ///< that the device runs at
  uint32_t baud = 0;
  bool resetActiveLow = true;
  bool lightsActiveLow = false;
  Sdram sdram;
  std::vector<Pin> pins;            ///< of all ports, in the order of the file's tables
  std::vector<Pin> high, low;       ///< that are held at a level; port: "held_L2"

  [[nodiscard]] bool has(const std::string& port) const;
};

/// Reads a board file whole. Throws std::runtime_error with every fault, a line each: place, key,
/// what it must be.
Board readBoard(const std::string& path);

}  // namespace intformer::fpga_board
