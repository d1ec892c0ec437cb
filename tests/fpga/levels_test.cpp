#include <stdexcept>

#include "fpga/synthesis/hierarchy.hpp"
#include "fpga/synthesis/levels.hpp"
#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::synthesis;

namespace {

/// q (register) -> LUT -> carry chain of 4 bits, from its second -> free multiplexer -> d; and from
/// the input a through three LUTs, which begins at no register. A LUT RAM is read by q and written by
/// the carry's first sum.
const char* const kNetlist = R"({"modules": {"m": {"attributes": {"top": "1"}, "cells": {
  "q": {"type": "FDRE", "port_directions": {"C": "input", "D": "input", "Q": "output"},
        "connections": {"C": [2], "D": ["0"], "Q": [10]}},
  "lut": {"type": "LUT2", "port_directions": {"I0": "input", "I1": "input", "O": "output"},
          "connections": {"I0": [10], "I1": [3], "O": [11]}},
  "carry": {"type": "CARRY4",
            "port_directions": {"CI": "input", "S": "input", "DI": "input", "O": "output", "CO": "output"},
            "connections": {"CI": ["0"], "S": [3, 11, "0", "0"], "DI": ["0", "0", "0", "0"],
                            "O": [20, 21, 22, 23], "CO": [24, 25, 26, 27]}},
  "mux": {"type": "MUXF7", "port_directions": {"I0": "input", "I1": "input", "S": "input", "O": "output"},
          "connections": {"I0": [23], "I1": ["1"], "S": [10], "O": [30]}},
  "d": {"type": "FDSE", "port_directions": {"C": "input", "D": "input", "Q": "output"},
        "connections": {"C": [2], "D": [30], "Q": [31]}},
  "l1": {"type": "LUT1", "port_directions": {"I0": "input", "O": "output"}, "connections": {"I0": [3], "O": [40]}},
  "l2": {"type": "LUT1", "port_directions": {"I0": "input", "O": "output"}, "connections": {"I0": [40], "O": [41]}},
  "e": {"type": "FDRE", "port_directions": {"C": "input", "D": "input"}, "connections": {"C": [2], "D": [41]}},
  "ram": {"type": "RAM32X1D",
          "port_directions": {"WCLK": "input", "D": "input", "DPRA0": "input", "DPO": "output"},
          "connections": {"WCLK": [2], "D": [21], "DPRA0": [10], "DPO": [50]}},
  "dsp": {"type": "DSP48E2", "port_directions": {"A": "input", "C": "input", "P": "output"},
          "connections": {"A": [50, "0"], "C": [41], "P": [51, 52]}}
}}}})";

const LogicPath& pathTo(const std::vector<LogicPath>& paths, const std::string& cell) {
  for (const LogicPath& path : paths)
    if (path.to == cell) return path;
  FAIL("no path to " + cell);
  throw std::logic_error("unreachable");
}

}  // namespace

TEST_CASE("levels of LUTs and bits of carry between registers") {
  const auto paths = longestPaths(kNetlist);
  CHECK(paths.front().to == "d");
  const LogicPath& sum = pathTo(paths, "d");
  CHECK(sum.levels == 1);
  CHECK(sum.carryBits == 2);  // from the second sum to the fourth
  CHECK(sum.from == "q");
  CHECK(sum.through == std::vector<std::string>{"lut", "carry", "mux"});

  const LogicPath& written = pathTo(paths, "ram");
  CHECK(written.levels == 1);
  CHECK(written.carryBits == 0);

  const LogicPath& read = pathTo(paths, "dsp");  // through the RAM's read port
  CHECK(read.levels == 1);
  CHECK(read.through == std::vector<std::string>{"ram"});

  CHECK(paths.size() == 3);  // none that begins at an input of the design
}

TEST_CASE("a netlist that is none, and one that runs in a circle, are refused") {
  CHECK_THROWS_AS(longestPaths("{}"), std::runtime_error);
  CHECK_THROWS_AS(longestPaths(R"({"modules": {"m": {"attributes": {"top": "1"}, "cells": {
    "a": {"type": "LUT1", "port_directions": {"I0": "input", "O": "output"}, "connections": {"I0": [2], "O": [3]}},
    "b": {"type": "LUT1", "port_directions": {"I0": "input", "O": "output"}, "connections": {"I0": [3], "O": [2]}}
  }}}})"), std::runtime_error);
}

TEST_CASE("the name in the source ends where mapping begins") {
  CHECK(sourceName("leaf.u_load.left_q_TRELLIS_FF_Q_3_DI_LUT4_Z") == "u_load.left_q");
  CHECK(sourceName("leaf.left_q_FDRE_Q_D_LUT6_O") == "left_q");
  CHECK(sourceName("leaf.sum_L6MUX21_Z") == "sum");
  CHECK(sourceName("h12") == "h12");
}
