#include <fmt/format.h>

#include <cstdlib>

#include "tests/temporary_folder.hpp"
#include "tests/program.hpp"

namespace intformer {
namespace {

using test::Outcome;
using test::runProgram;

}  // namespace

TEST_CASE("generate writes a design that Verilator takes from its file list, from any folder") {
  const test::TemporaryFolder scratch;
  const std::string out = scratch.path("x");
  const Outcome run =
      runProgram("generate configs/tiny4.toml --out " + out + " --set vector.lanes=4");
  INFO(run.text);
  CHECK(run.status == 0);
  CHECK(run.text.find("tiny4 (vector.lanes=4): ") == 0);
  for (const std::string folder : {".", "/"})
    CHECK(std::system(fmt::format("cd {} && verilator --lint-only -Wall --no-timing -F {}/tiny4.f "
                                  "--top-module tiny4_top",
                                  folder, out)
                          .c_str()) == 0);
}

TEST_CASE("the command of the help lints a device of every level of counters") {
  const test::TemporaryFolder scratch;
  const std::string help = runProgram("generate --help").text;
  REQUIRE(help.find("verilator --lint-only -F <name>.f") != std::string::npos);
  for (const std::string level : {"full", "basic", "none"}) {
    const std::string out = scratch.path(level);
    test::expectFine("generate configs/tiny4.toml --set registers.counters=" + level + " --out " +
                     out);
    const Outcome lint = test::runCommand("cd " + out + " && verilator --lint-only -F tiny4.f");
    INFO(level << "\n" << lint.text);
    CHECK(lint.status == 0);
  }
}

TEST_CASE("two devices and a user's module of a name in rtl/ are one design, in one folder") {
  const test::TemporaryFolder scratch;
  const std::string out = scratch.path();
  CHECK(runProgram("generate configs/tiny4.toml --out " + out).status == 0);
  CHECK(runProgram("generate configs/tiny4.toml --set name=other --set array.dim=8 "
                   "--set vector.family=pwl --out " + out)
            .status == 0);
  test::writeFile(out + "/user.sv",
                  "module fifo (input logic clk_i, output logic odd_o);\n"
                  "  always_ff @(posedge clk_i) odd_o <= !odd_o;\n"
                  "endmodule\n"
                  "module user (input logic clk_i, input logic rst_ni, output logic [2:0] x_o);\n"
                  "  fifo u_fifo (.clk_i, .odd_o(x_o[0]));\n"
                  "  tiny4_top u_a (.clk_i, .rst_ni, .interrupt_o(x_o[1]));\n"
                  "  other_top u_b (.clk_i, .rst_ni, .interrupt_o(x_o[2]));\n"
                  "endmodule\n");
  const std::string there = "cd " + out + " && ";
  const auto verilator = test::runCommand(
      there + "verilator --lint-only -Wno-fatal -Wno-PINMISSING --no-timing -F tiny4.f -F other.f "
              "user.sv --top-module user");
  CHECK(verilator.text == "");
  CHECK(verilator.status == 0);
  const auto yosys = test::runCommand(
      there + "yosys -q -p \"read_verilog -sv -defer $(grep -h '[.]sv$' tiny4.f other.f | tr '\\n' "
              "' ') user.sv; hierarchy -check -top user\"");
  INFO(yosys.text);
  CHECK(yosys.status == 0);
}

TEST_CASE("generate is silent when asked to be") {
  const test::TemporaryFolder scratch;
  const Outcome run =
      runProgram("generate configs/tiny4.toml --quiet --out " + scratch.path("x"));
  CHECK(run.status == 0);
  CHECK(run.text.empty());
}

TEST_CASE("a refused config gives status 1, all faults, and no folder") {
  const test::TemporaryFolder scratch;
  const Outcome run = runProgram(
      "generate configs/tiny4.toml --set vector.lanes=3 --set array.dim=5 --out " +
      scratch.path("x"));
  CHECK(run.status == 1);
  CHECK(run.text ==
        "--set array.dim=5: array.dim: must be a power of two from 4 to 64, got 5; nearest legal: "
        "4\n"
        "--set vector.lanes=3: vector.lanes: must be a power of two from 1 to 64, got 3; nearest "
        "legal: 4\n"
        "(`intformer generate --help` lists the keys of a hardware config)\n");
  CHECK(test::readTree(scratch.path()).empty());
  CHECK_FALSE(std::filesystem::exists(scratch.path("x")));
}

TEST_CASE("wrong arguments give status 1 and say what is wanted") {
  CHECK(runProgram("generate configs/tiny4.toml").status == 1);
  CHECK(runProgram("generate").status == 1);
  CHECK(runProgram("").status == 1);
  CHECK(runProgram("generate configs/tiny4.toml --out x --colour red").status == 1);
  const Outcome help = runProgram("generate --help");
  CHECK(help.status == 0);
  CHECK(help.text.find("Examples:") != std::string::npos);
}

TEST_CASE("a file of someone else in the way gives status 1") {
  const test::TemporaryFolder scratch;
  test::writeFile(scratch.path("tiny4_pkg.sv"), "mine");
  const Outcome run = runProgram("generate configs/tiny4.toml --out " + scratch.path());
  CHECK(run.status == 1);
  CHECK(run.text.find("is in the way") != std::string::npos);
  CHECK(test::readTree(scratch.path()).size() == 1);
}

}  // namespace intformer
