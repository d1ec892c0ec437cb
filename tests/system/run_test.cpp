#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using intformer::test::Outcome;
using intformer::test::runProgram;
using intformer::test::TemporaryFolder;

TEST_CASE("run compares all backends and writes the report", "[run]") {
  const TemporaryFolder folder;
  const std::string report = folder.path("report.json");
  const Outcome outcome = runProgram(
      "run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --layers 2 --mem-latency 7 "
      "--mem-stall 0.1 --json " +
      report);
  INFO(outcome.text);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.text, containsText("EQUAL: golden, emulator and RTL agree"));
  CHECK_THAT(outcome.text, containsText("layer1.ffn.hidden"));
  std::ifstream in(report);
  const auto json = nlohmann::json::parse(in);
  CHECK(json["config"] == "tiny4");
  CHECK(json["model"] == "tiny");
  CHECK(json["seq"] == 5);
  CHECK(json["layers"] == 2);
  CHECK(json["mismatches"] == 0);
  CHECK(json["tensors_compared"] == 24);
  uint64_t cycles = 0;
  uint64_t macs = 0;
  for (const auto& op : json["operators"]) {
    cycles += op["cycles"].get<uint64_t>();
    macs += op["macs"].get<uint64_t>();
  }
  CHECK(json["cycles"] == cycles);
  CHECK(json["macs"] == macs);
  CHECK(json["utilization"].get<double>() ==
        Approx(static_cast<double>(macs) / (static_cast<double>(cycles) * 16)));
}

TEST_CASE("one backend alone can be asked for", "[run]") {
  const std::string common =
      "run configs/models/tiny.toml --config configs/tiny4.toml --seq 3 --backend ";
  CHECK_THAT(runProgram(common + "golden").text, containsText("nothing to compare"));
  CHECK_THAT(runProgram(common + "emulator").text, containsText("EQUAL: golden and emulator"));
  CHECK_THAT(runProgram(common + "rtl").text, containsText("EQUAL: golden and RTL"));
}

TEST_CASE("a trace is written for the cycles that were asked for", "[run]") {
  const Outcome outcome = runProgram(
      "run configs/models/tiny.toml --config configs/tiny4.toml --seq 2 --backend rtl "
      "--trace 100:300");
  INFO(outcome.text);
  CHECK(outcome.status == 0);
  CHECK(std::filesystem::file_size("tiny4_100_300.fst") > 1000);
  std::filesystem::remove("tiny4_100_300.fst");
}

TEST_CASE("what cannot run is refused with status 1 and a reason", "[run]") {
  const auto refused = [](const std::string& arguments, const std::string& reason) {
    const Outcome outcome = runProgram(arguments);
    INFO(arguments << "\n" << outcome.text);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.text, containsText(reason));
  };
  const std::string tiny = "run configs/models/tiny.toml --config configs/tiny4.toml ";
  refused("run configs/models/tiny.toml --config configs/none.toml --seq 5", "configs/none.toml");
  refused("run configs/models/none.toml --config configs/tiny4.toml --seq 5",
          "configs/models/none.toml");
  refused(tiny, "--seq");
  refused(tiny + "--seq 5 --layers 99", "--layers 99");
  refused(tiny + "--seq 5 --set vector.lanes=3", "vector.lanes");
  refused(tiny + "--seq 5 --trace 9:3", "--trace");
  refused(tiny + "--seq 5 --backend gpu", "gpu");
  refused(tiny + "--seq 5 --mem-stall 2", "--mem-stall");
  refused("run build --config configs/tiny4.toml", "build");
}
