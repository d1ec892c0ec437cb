// AXI forbids a path from an input to an output that no register interrupts: Yosys looks for one.
#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer::test;

namespace {

/// The sources that a design's file list names.
std::string sourcesOf(const std::string& folder, const std::string& list) {
  std::istringstream lines(readText(folder + "/" + list));
  std::string sources;
  for (std::string line; std::getline(lines, line);)
    if (line.ends_with(".sv")) sources += " " + folder + "/" + line;
  return sources;
}

/// Yosys ends with a fault where an output of tiny4's buses or its interrupt hangs on an input.
Outcome findPaths(const std::string& folder) {
  const std::string script = folder + "/paths.ys";
  writeFile(script, fmt::format("read_verilog -sv -defer{}\n"
                                "hierarchy -top tiny4_top\n"
                                "proc -noopt\n"
                                "flatten\n"
                                "opt_clean\n"
                                "select -set pins o:interrupt_o o:s_axil_* o:m_axi_*\n"
                                "select -assert-min 25 @pins\n"
                                "select -set cone @pins %ci*:-$dff,$dffe,$sdff,$sdffe,$sdffce\n"
                                "select -assert-none @cone i:* %i\n",
                                sourcesOf(folder, "tiny4.f")));
  return runCommand("yosys -q -w 'Replacing memory' " + script);
}

}  // namespace

TEST_CASE("no pin of the buses follows another in the same cycle") {
  const TemporaryFolder scratch;
  const std::string design = scratch.path("design");
  expectFine("generate configs/tiny4.toml --quiet --out " + design);
  const Outcome found = findPaths(design);
  INFO(found.text);
  CHECK(found.status == 0);

  // The check sees a path where there is one.
  const std::string mux = design + "/dma/tiny4_axi_read_mux.sv";
  std::string text = readText(mux);
  const std::string ready = "load_r_ready_i && fetch_r_ready_i";
  REQUIRE(text.find(ready) != std::string::npos);
  writeFile(mux, text.replace(text.find(ready), ready.size(), "load_r_ready_i || !r_id_i"));
  CHECK_THAT(findPaths(design).text, containsText("selection is not empty"));
}
