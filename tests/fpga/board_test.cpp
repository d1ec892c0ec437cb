// Boards as data: what their files must say, and what is written for tools from them.
#include "fpga/board/board.hpp"

#include <nlohmann/json.hpp>

#include "fpga/board/bitstream.hpp"
#include "fpga/board/emit.hpp"
#include "gen/config.hpp"
#include "gen/emit/emit.hpp"
#include "gen/library.hpp"
#include "gen/output.hpp"
#include "tests/catch.hpp"
#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;
using namespace intformer::fpga_board;
using namespace intformer::test;

namespace {

const char* const kUlx3s = "fpga/boards/ulx3s.toml";

/// The fault of a board file in which `from` is replaced.
std::string faultWith(const std::string& from, const std::string& to) {
  const TemporaryFolder folder;
  std::string text = readText(kUlx3s);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  const std::string path = folder.path("board.toml");
  writeFile(path, text);
  try {
    readBoard(path);
  } catch (const std::runtime_error& error) {
    std::string what = error.what();
    for (std::size_t place; (place = what.find(path)) != std::string::npos;)
      what.replace(place, path.size(), "B");
    return what;
  }
  return "no fault";
}

Plan planOf(const std::string& config, const std::vector<std::string>& overrides = {}) {
  const ConfigResult result = loadConfig(config, overrides);
  REQUIRE(result.plan);
  return *result.plan;
}

}  // namespace

TEST_CASE("a board's file says what the board is") {
  const Board board = readBoard(kUlx3s);
  CHECK(board.name == "ulx3s");
  CHECK(board.sdram.bytes() == 32U << 20);
  CHECK(addressPins(board.sdram) == 13);
  CHECK(board.has("alive_o"));
  CHECK(board.high.size() == 1);
  // Clock, reset, two of the line, four lights, six lines of the chip, 2 banks, 2 masks, 13
  // addresses, 16 data.
  CHECK(board.pins.size() == 1 + 1 + 2 + 4 + 6 + 2 + 2 + 13 + 16);
  CHECK(readBoard("fpga/boards/schoko.toml").lightsActiveLow);
}

TEST_CASE("a board's file is refused by place and key") {
  CHECK(faultWith("gear = 2", "gear = 3").starts_with("B:41: sdram.gear: must be a number from 1 to 2"));
  CHECK(faultWith("baud = ", "bauds = ") ==
        "B: uart.baud: must be a number from 9600 to 12000000\nB:23: uart.bauds: is not known");
  CHECK(faultWith("\"85k\"", "\"85\"").starts_with("B:7: fpga.device: must be one of \"12k\""));
  CHECK(faultWith("active = \"low\"", "active = 1") == "B:18: reset.active: must be a text");
  CHECK(faultWith("\"U19\", \"E20\"", "\"U19\"") == "B:61: sdram.pins.mask: must be 2 texts");
  CHECK(faultWith("\"E20\"", "\"U19\"") == "B: pin U19 is named twice");
  CHECK(faultWith("row_bits = 13", "row_bits = 12.5")
            .starts_with("B:37: sdram.row_bits: must be a whole number"));
  CHECK(faultWith("[uart]", "[serial]").find("uart: must be a table") != std::string::npos);
}

TEST_CASE("times of the chip are system clocks that last at least so long") {
  const Board board = readBoard(kUlx3s);
  const std::string text = packageText(board, planOf("configs/edge8.toml"));
  // 50 MHz: 20 ns a clock. 67.5 ns are 4 of them, 45 are 3, 7.8 us at most 390, 200 us 10,000.
  for (const char* line : {"TRcd           = 1;", "TRas           = 3;", "TRc            = 4;",
                           "TRefi          = 390;", "InitClocks     = 10000;", "DataBits       = 64;",
                           "MemoryBytes    = 33554432;", "Control = 12'h020, Status = 12'h024"})
    CHECK_THAT(text, Catch::Matchers::Contains(line));
  const std::string chip = chipText(board);  // 10 ns a clock
  for (const char* line : {"TRcd   = 2;", "TRas   = 5;", "TRc    = 7;", "TRefi  = 780;"})
    CHECK_THAT(chip, Catch::Matchers::Contains(line));
}

TEST_CASE("the top module has the pins that the board has, and only these are placed") {
  for (const char* path : {kUlx3s, "fpga/boards/schoko.toml"}) {
    INFO(path);
    const Board board = readBoard(path);
    const std::string top = topText(board), constraints = constraintsText(board);
    for (const auto* pins : {&board.pins, &board.high, &board.low})
      for (const Pin& pin : *pins) {
        CHECK_THAT(top, Catch::Matchers::Contains(pin.port.substr(0, pin.port.find('['))));
        CHECK_THAT(constraints, Catch::Matchers::Contains("LOCATE COMP \"" + pin.port + "\" SITE \"" +
                                                          pin.site + "\";"));
      }
  }
  CHECK_THAT(topText(readBoard(kUlx3s)), Catch::Matchers::Contains("assign held_L2 = 1'b1;"));
  const std::string schoko = topText(readBoard("fpga/boards/schoko.toml"));
  CHECK_THAT(schoko, Catch::Matchers::Contains("assign running_o = !running_lit;"));
  CHECK_THAT(schoko, Catch::Matchers::Contains(".alive_o()"));
  CHECK_THAT(schoko, Catch::Matchers::Contains(".reset_ni(1'b1)"));
}

TEST_CASE("a device that cannot be on a board is refused with a way out") {
  const Board board = readBoard(kUlx3s);
  CHECK(whyNotOn(board, planOf("configs/edge8.toml")).empty());
  CHECK(whyNotOn(board, planOf("configs/tiny4.toml")).empty());
  CHECK_THAT(whyNotOn(board, planOf("configs/edge8.toml", {"bus.data_bits=256"})),
             Catch::Matchers::Contains("--set bus.data_bits=128"));
  Board wide = board;
  wide.sdram.dataBits = 32;
  CHECK_THAT(whyNotOn(wide, planOf("configs/tiny4.toml")),
             Catch::Matchers::Contains("must be a multiple of 64"));
  Board large = board;
  large.sdram.rowBits = 14;
  large.sdram.columnBits = 12;
  large.sdram.dataBits = 32;
  large.sdram.gear = 1;
  CHECK(whyNotOn(large, planOf("configs/edge8.toml")).empty());
  Board fast = board;
  fast.baud = 30'000'000;
  CHECK_THAT(whyNotOn(fast, planOf("configs/edge8.toml")), Catch::Matchers::Contains("must last 2 clocks"));
}

TEST_CASE("timing holds when every clock and what goes between them does") {
  const Board board = readBoard(kUlx3s);
  const auto routed = [&](double clk, double clk2x, double cross) {
    const nlohmann::json report = {
        {"fmax",
         {{"$glbnet$u_board.clk", {{"achieved", clk}, {"constraint", 12}}},
          {"$glbnet$u_board.clk2x", {{"achieved", clk2x}, {"constraint", 12}}}}},
        {"critical_paths",
         {{{"from", "posedge $glbnet$u_board.clk"},
           {"to", "posedge $glbnet$u_board.clk2x"},
           {"path", {{{"delay", cross / 2}}, {{"delay", cross / 2}}}}}}}};
    return readRouted(board, report.dump());
  };
  CHECK(routed(50, 100, 10).holds());
  CHECK_FALSE(routed(49.9, 100, 10).holds());
  CHECK_FALSE(routed(50, 99.9, 10).holds());
  CHECK_FALSE(routed(50, 100, 10.1).holds());
  CHECK_THROWS_WITH(readRouted(board, "{}"), Catch::Matchers::Contains("not a report"));
}

TEST_CASE("the system's modules live beside a user's own of any name") {
  const TemporaryFolder folder;
  const Board board = readBoard(kUlx3s);
  const Plan plan = planOf("configs/tiny4.toml");
  REQUIRE(writeDesign(folder.path("design"), plan.name, emitAll(plan)).error.empty());
  std::string sources;
  for (const std::string& source : writeSystem(board, plan, folder.path(), /*primitives=*/false)) {
    INFO(source);
    CHECK_THAT(source, Catch::Matchers::StartsWith("soc/board_"));
    sources += " " + source;
  }
  // A user's module by every name that this project's own have.
  std::string user;
  const auto claim = [&](const std::filesystem::path& path) {
    const std::string name = path.stem().string();
    if (path.extension() == ".sv" && name.find("board") == std::string::npos)
      user += "module " + name + " (input wire its_own);\nendmodule\n";
  };
  for (const EmittedFile& file : libraryFiles()) claim(file.path);
  for (const auto& entry : std::filesystem::directory_iterator("fpga/soc")) claim(entry.path());
  writeFile(folder.path("user.sv"), user);
  const std::string lint = "cd " + folder.path() +
                           " && verilator --lint-only -Wall -Wno-DECLFILENAME -Wno-MULTITOP "
                           "-Wno-UNUSEDSIGNAL -Wno-UNUSEDPARAM --no-timing +define+BOARD_DEVICE=tiny4_top "
                           "-F design/tiny4.f --top-module board_soc user.sv" + sources;
  const Outcome outcome = runCommand(lint);
  CHECK(outcome.text == "");
  CHECK(outcome.status == 0);
  // The check would tell: one that keeps its name.
  writeFile(folder.path("more.sv"), "module board_fifo;\nendmodule\n");
  CHECK_THAT(runCommand(lint + " more.sv").text, containsText("MODDUP"));
}
