#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "fpga/leaves/elaborated.hpp"
#include "fpga/leaves/floors.hpp"
#include "fpga/leaves/harness.hpp"
#include "fpga/leaves/leaf.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::leaves;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

/// A top with two queues of different width, as Yosys writes them before mapping.
const char* const kElaborated = R"({"modules": {
  "$paramod$aa\\soc_queue": {
    "attributes": {"hdlname": "soc_queue", "src": "queue.sv:1.1"},
    "parameter_default_values": {"Width": "00001000"},
    "ports": {"clk_i": {"direction": "input", "bits": [2]},
              "data_o": {"direction": "output", "bits": [3, 4]}},
    "cells": {"$add$queue.sv:7$3": {"type": "$add", "parameters": {"WIDTH": "10"}, "attributes":
              {"src": "queue.sv:7.1"}, "connections": {"A": [2], "Y": [3]}}},
    "netnames": {"sum": {"bits": [3], "attributes": {"src": "queue.sv:5.1"}}}},
  "$paramod$bb\\soc_queue": {
    "attributes": {"hdlname": "soc_queue"},
    "parameter_default_values": {"Width": "00010000"},
    "ports": {"clk_i": {"direction": "input", "bits": [2]},
              "data_o": {"direction": "output", "bits": [3, 4, 5]}},
    "cells": {}, "netnames": {}},
  "soc_top": {
    "attributes": {},
    "ports": {"clk_i": {"direction": "input", "bits": [2]}},
    "cells": {"u_queue": {"type": "$paramod$aa\\soc_queue", "parameters": {}, "attributes": {},
              "connections": {"clk_i": [2], "data_o": [3, 4]}}},
    "netnames": {}}
}})";

std::vector<Module> modules(const std::string& json) { return readElaborated(json, "soc_"); }

void writeFloors(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

}  // namespace

TEST_CASE("of a module with several sets of parameters the widest stands for it") {
  const auto found = modules(kElaborated);
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == "queue");
  CHECK(found[0].yosysName == "$paramod$bb\\soc_queue");
  CHECK(found[0].parameterText() == "Width=16");
  CHECK(found[0].portBits() == 4);
  CHECK(found[1].name == "top");
  CHECK(found[1].cells == 1);  // in the queue that it holds
  CHECK_THROWS_AS(modules("no json"), std::runtime_error);
}

TEST_CASE("a module's content changes with what it does, not with lines and names") {
  const auto content = [](const std::string& json) { return modules(json)[1].content; };
  const uint64_t before = content(kElaborated);
  CHECK(content(replaced(kElaborated, "$add$queue.sv:7$3", "$add$queue.sv:9$5")) == before);
  CHECK(content(replaced(kElaborated, "queue.sv:5.1", "queue.sv:6.1")) == before);
  CHECK(content(replaced(kElaborated, "\"$add\"", "\"$sub\"")) != before);
  CHECK(content(replaced(kElaborated, "\"Y\": [3]", "\"Y\": [4]")) != before);
  CHECK(content(replaced(kElaborated, "\"attributes\": {\"src\": \"queue.sv:5.1\"}",
                         "\"attributes\": {\"keep\": \"1\"}")) != before);
}

TEST_CASE("the harness feeds every input and catches every output") {
  const std::string text =
      leafHarness({{"clk_i", true, 1}, {"a_i", true, 2}, {"b_o", false, 1}});
  CHECK(text.find("h0 (.CLK(clk), .LSR(1'b0), .DI(sdi), .Q(a_i[0]))") != text.npos);
  CHECK(text.find("h1 (.CLK(clk), .LSR(1'b0), .DI(a_i[0]), .Q(a_i[1]))") != text.npos);
  CHECK(text.find("h2 (.CLK(clk), .LSR(1'b0), .DI(b_o[0]), .Q())") != text.npos);
  CHECK(text.find("assign clk_i = clk;") != text.npos);
  CHECK(text.find("leaf leaf (.clk_i(clk_i), .a_i(a_i), .b_o(b_o));") != text.npos);
}

TEST_CASE("a cell of the harness is called by its port") {
  const std::vector<Port> ports = {{"clk_i", true, 1}, {"a_i", true, 2}, {"b_o", false, 1}};
  CHECK(portOfHarness(ports, "h0") == "a_i");
  CHECK(portOfHarness(ports, "h1") == "a_i");
  CHECK(portOfHarness(ports, "h2") == "b_o");
  CHECK(portOfHarness(ports, "h3").empty());
  CHECK(portOfHarness(ports, "head_q").empty());
}

TEST_CASE("a floor needs a number, and a reason below 80 MHz") {
  test::TemporaryFolder folder;
  const auto path = std::filesystem::path(folder.path()) / "floors.toml";
  writeFloors(path, "[a]\nmhz = 80\n[b]\nmhz = 61.5\nbecause = \"two adders\"\nconfig = \"tiny4\"\n"
                    "quick = true\n");
  const auto floors = readFloors(path);
  REQUIRE(floors.size() == 2);
  CHECK(floors[0].config == "edge8");
  CHECK_FALSE(floors[0].quick);
  CHECK(floors[1].mhz == 61.5);
  CHECK(floors[1].because == "two adders");
  CHECK(floors[1].config == "tiny4");
  CHECK(floors[1].quick);

  for (const char* wrong : {"[a]\nmhz = 79\n", "[a]\n", "[a]\nmhz = 90\nreason = \"x\"\n", "a = 1\n",
                            "[a\n"}) {
    CAPTURE(wrong);
    writeFloors(path, wrong);
    CHECK_THROWS_AS(readFloors(path), std::runtime_error);
  }
  std::string deep = "[a";
  for (unsigned i = 0; i < 100000; ++i) deep += ".a";
  writeFloors(path, deep + "]\n");
  CHECK_THROWS_WITH(readFloors(path), Catch::Matchers::Contains("of more than 100 parts"));
}

TEST_CASE("nextpnr's report: the clock that was reached, and its slowest path") {
  const char* const report = R"({
    "fmax": {"clk": {"achieved": 53.5, "constraint": 100}},
    "critical_paths": [
      {"from": "<async>", "to": "posedge clk", "path": [
        {"type": "routing", "from": {"cell": "x", "port": "O"}, "to": {"cell": "y", "port": "M"}}]},
      {"from": "posedge clk", "to": "posedge clk", "path": [
        {"type": "clk-to-q", "from": {"cell": "leaf.a_TRELLIS_FF_Q_1", "port": "CLK"},
         "to": {"cell": "leaf.a_TRELLIS_FF_Q_1", "port": "Q"}},
        {"type": "logic", "from": {"cell": "leaf.l", "port": "D"}, "to": {"cell": "leaf.l", "port": "FCO"}},
        {"type": "logic", "from": {"cell": "leaf.m", "port": "FCI"}, "to": {"cell": "leaf.m", "port": "F"}},
        {"type": "setup", "from": {"cell": "leaf.b_q_TRELLIS_FF_Q", "port": "DI"},
         "to": {"cell": "leaf.b_q_TRELLIS_FF_Q", "port": "DI"}}]}]})";
  const LeafResult result = readLeafReport(report);
  CHECK(result.mhz == 53.5);
  CHECK(result.from == "a");
  CHECK(result.to == "b_q");
  CHECK(result.levels == 1);
  CHECK_THROWS_AS(readLeafReport("{}"), std::runtime_error);
}
