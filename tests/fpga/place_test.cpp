#include <stdexcept>

#include "fpga/place/floorplan.hpp"
#include "fpga/synthesis/hierarchy.hpp"
#include "fpga/place/place.hpp"
#include "fpga/place/sdf.hpp"
#include "tests/catch.hpp"

using namespace intformer;
using namespace intformer::place;
using namespace intformer::synthesis;
using intformer::synthesis::FpgaTarget;

namespace {

/// a -> LUT -> b, and through a carry chain of two cells, which is slower, -> c.
const char* const kDelays = R"((DELAYFILE
  (SDFVERSION "3.0")
  (CELL (CELLTYPE "top") (INSTANCE ) (DELAY (ABSOLUTE
    (INTERCONNECT pin/O leaf.a\[0\]/CLK (0:0:0) (0:0:0))
    (INTERCONNECT leaf.a\[0\]/Q leaf.lut/A (800:900:1000) (800:900:1000))
    (INTERCONNECT leaf.a\[0\]/Q leaf.carry\$0/A (100:200:500) (100:200:500))
    (INTERCONNECT leaf.carry\$0/FCO leaf.carry\$1/FCI (0:0:0) (0:0:0))
    (INTERCONNECT leaf.lut/F leaf.b_q_TRELLIS_FF_Q_1/DI (100:150:200) (100:150:200))
    (INTERCONNECT leaf.carry\$1/F leaf.c/DI (2000:2000:2000) (2000:2000:2000))
    (INTERCONNECT sdi/O leaf.a\[0\]/M (9000:9000:9000) (9000:9000:9000)))))
  (CELL (CELLTYPE "FF") (INSTANCE leaf.a\[0\])
    (DELAY (ABSOLUTE (IOPATH CLK Q (400:450:500) (400:450:500))))
    (TIMINGCHECK (SETUPHOLD (posedge M) (posedge CLK) (100:100:100) (0:0:0))))
  (CELL (CELLTYPE "LUT") (INSTANCE leaf.lut)
    (DELAY (ABSOLUTE (IOPATH A F (200:218:300) (200:218:300)))))
  (CELL (CELLTYPE "CARRY") (INSTANCE leaf.carry\$0)
    (DELAY (ABSOLUTE (IOPATH A FCO (400:400:400) (400:400:400)))))
  (CELL (CELLTYPE "CARRY") (INSTANCE leaf.carry\$1)
    (DELAY (ABSOLUTE (IOPATH FCI F (300:300:300) (300:300:300)))))
  (CELL (CELLTYPE "FF") (INSTANCE leaf.b_q_TRELLIS_FF_Q_1)
    (TIMINGCHECK (SETUPHOLD (posedge DI) (posedge CLK) (50:50:50) (0:0:0))))
  (CELL (CELLTYPE "FF") (INSTANCE leaf.c)
    (TIMINGCHECK (SETUPHOLD (posedge DI) (posedge CLK) (0:0:0) (300:300:300))))
))";

/// A device in a harness: one unit with a register inside, and a LUT of the top's own.
const char* const kNetlist = R"({"modules": {
  "LUT4": {"attributes": {"blackbox": "1"}, "cells": {}},
  "harness": {"attributes": {"top": "1"}, "cells": {
    "leaf": {"type": "$scopeinfo", "attributes": {"module": "tiny4_top"}},
    "leaf.u_load": {"type": "$scopeinfo", "attributes": {"module": "tiny4_load_unit"}},
    "leaf.u_load.u_fifo": {"type": "$scopeinfo", "attributes":
      {"module": "$paramod$12\\tiny4_fifo", "module_hdlname": "tiny4_fifo"}},
    "leaf.u_load.u_fifo.head_q_TRELLIS_FF_Q": {"type": "TRELLIS_FF", "attributes": {}},
    "leaf.u_load.next_LUT4_Z": {"type": "LUT4", "attributes": {}},
    "leaf.ready_CCU2C_S0": {"type": "CCU2C", "attributes": {}},
    "h0": {"type": "TRELLIS_FF", "attributes": {}}}}}})";

}  // namespace

TEST_CASE("the slowest path to every register, with its levels") {
  const auto paths = readSdf(kDelays).slowestPaths();
  REQUIRE(paths.size() == 2);  // what comes from a pin is none
  CHECK(paths[0].ns == Approx(0.5 + 0.5 + 0.4 + 0.3 + 2.0));
  CHECK(paths[0].from == "leaf.a[0]");
  CHECK(paths[0].to == "leaf.c");
  CHECK(paths[0].levels() == 1);
  CHECK(paths[0].wireNs() == Approx(2.5));
  CHECK(paths[1].ns == Approx(0.5 + 1.0 + 0.3 + 0.2 + 0.05));
  CHECK(paths[1].levels() == 1);
  CHECK(sourceName(paths[1].to) == "b_q");
  CHECK_THROWS_AS(readSdf("(MODULE"), std::runtime_error);
}

TEST_CASE("logic in a circle is refused") {
  TimingGraph graph;
  graph.addWire("a", "F", "b", "A", 1);
  graph.addArc("b", "A", "F", 1);
  graph.addWire("b", "F", "a", "A", 1);
  graph.addArc("a", "A", "F", 1);
  CHECK_THROWS_AS(graph.slowestPaths(), std::runtime_error);
}

TEST_CASE("bits of one register are one path") {
  std::vector<TimingPath> paths(3);
  paths[0].to = "leaf.u_load.left_q_TRELLIS_FF_Q_3";
  paths[1].to = "leaf.u_load.left_q_TRELLIS_FF_Q_7";
  paths[2].to = "leaf.u_load.addr_q_TRELLIS_FF_Q";
  const auto distinct = distinctPaths(paths, 5);
  REQUIRE(distinct.size() == 2);
  CHECK(sourceName(distinct[1].to) == "u_load.addr_q");
  CHECK(distinctPaths(paths, 1).size() == 1);
}

TEST_CASE("a flat netlist's cells belong to units and modules by their names") {
  const FlatNetlist netlist = readNetlist(FpgaTarget::Ecp5, kNetlist, "tiny4_", "leaf.");
  CHECK(netlist.instances.moduleOf("leaf.u_load.u_fifo.head_q_TRELLIS_FF_Q") == "fifo");
  CHECK(netlist.instances.moduleOf("leaf.u_load.next_LUT4_Z") == "load_unit");
  CHECK(netlist.instances.moduleOf("leaf.ready_CCU2C_S0") == "top");
  CHECK(netlist.instances.moduleOf("h0").empty());
  CHECK(netlist.instances.unitOf("leaf.u_load.u_fifo.head_q_TRELLIS_FF_Q") == "load");
  CHECK(netlist.instances.unitOf("leaf.ready_CCU2C_S0") == "top");
  CHECK(netlist.instances.unitOf("h0").empty());
  CHECK(netlist.total.flipFlops == 1);
  CHECK(netlist.total.luts == 3);
  CHECK(netlist.units.at("load").luts == 1);
  CHECK(netlist.modules.at("fifo").flipFlops == 1);
  CHECK_THROWS_AS(readNetlist(FpgaTarget::Ecp5, "{}", "tiny4_", "leaf."), std::runtime_error);
}

TEST_CASE("the floor plan draws a placed cell in its unit's colour") {
  const FlatNetlist netlist = readNetlist(FpgaTarget::Ecp5, kNetlist, "tiny4_", "leaf.");
  const char* const placed = R"({"modules": {"top": {"cells": {
    "leaf.u_load.next_LUT4_Z": {"type": "TRELLIS_COMB", "attributes": {"NEXTPNR_BEL": "X3/Y5/SLICEA.COMB0"}},
    "h0": {"type": "TRELLIS_FF", "attributes": {"NEXTPNR_BEL": "X4/Y5/SLICEA.FF0"}},
    "buffer": {"type": "DCCA", "attributes": {}}}}}})";
  const std::string svg = floorplan(placed, netlist.instances, "tiny4");
  CHECK(svg.find("<rect x=\"24\" y=\"40\" width=\"7\" height=\"7\" fill=\"#4e79a7\"/>") != svg.npos);
  CHECK(svg.find("<rect x=\"32\" y=\"40\" width=\"7\" height=\"7\" fill=\"#bab0ac\"/>") != svg.npos);
  CHECK(svg.find(">load</text>") != svg.npos);
  CHECK_THROWS_AS(floorplan("{}", netlist.instances, "tiny4"), std::runtime_error);
}

TEST_CASE("lines of the source are those of rtl/") {
  const char* const placed = R"({"modules": {"top": {
    "netnames": {"n": {"bits": [7], "attributes": {"src": "design/dma/tiny4_load_unit.sv:42.1-42.9"}}},
    "cells": {
      "ff": {"attributes": {"src": "design/common/tiny4_fifo.sv:30.3|/share/cells.v:1.1"}, "connections": {"Q": [5]}},
      "lut": {"attributes": {}, "connections": {"F": [7]}},
      "register": {"attributes": {"src": "design/control/tiny4_registers.sv:9.3"}, "connections": {}},
      "carry": {"attributes": {"src": "/share/arith.v:1.1"}, "connections": {"F": [8]}}}}}})";
  const SourceLines lines(placed, "tiny4_");
  CHECK(lines.of("ff") == "fifo.sv:28");
  CHECK(lines.of("lut") == "load_unit.sv:40");
  CHECK(lines.of("register") == "registers.sv:9");  // generated as it is committed
  CHECK(lines.of("carry").empty());
}
