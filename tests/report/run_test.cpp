#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/program.hpp"
#include "tests/report/page.hpp"
#include "tests/temporary_folder.hpp"

using namespace intformer;

namespace {

const std::string kRun = "run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 ";

}  // namespace

TEST_CASE("run writes timeline and report of the RTL, and leaves nothing else behind") {
  const test::TemporaryFolder folder;
  const std::string timeline = folder.path("t.json");
  const std::string page = folder.path("report.html");
  const test::Outcome run = test::runProgram(kRun + "--backend rtl --timeline " + timeline +
                                             " --report " + page);
  REQUIRE(run.status == 0);
  const auto json = nlohmann::json::parse(test::readText(timeline));
  CHECK(json.at("traceEvents").size() > 50);
  CHECK(json.at("otherData").at("config") == "tiny4");
  const std::string html = test::readText(page);
  CHECK(report_test::faultOf(html).empty());
  CHECK(html.find("EQUAL: golden and RTL agree") != std::string::npos);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("a run says what its device does not count") {
  const std::string set = " --backend rtl --set registers.counters=";
  const test::Outcome basic = test::runProgram(kRun + set + "basic");
  INFO(basic.text);
  CHECK(basic.status == 0);
  CHECK(basic.text.find("array: its time is not counted by this device (registers.counters = basic)") !=
        std::string::npos);
  CHECK(basic.text.find("MAC utilization") != std::string::npos);
  const test::Outcome none = test::runProgram(kRun + set + "none");
  INFO(none.text);
  CHECK(none.status == 0);
  CHECK(none.text.find("RTL: cycles not counted by this device (registers.counters = none)") !=
        std::string::npos);
  CHECK(none.text.find("MAC utilization") == std::string::npos);
  CHECK(none.text.find("EQUAL: golden and RTL agree") != std::string::npos);
  const test::Outcome refused = test::runProgram(kRun + set + "none --report never.html");
  CHECK(refused.status == 1);
  CHECK(refused.text.find("not counted by this device (registers.counters = none)") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists("never.html"));
}

TEST_CASE("a timeline without the RTL is refused") {
  CHECK(test::runProgram(kRun + "--backend emulator --timeline never.json").status == 1);
  CHECK_FALSE(std::filesystem::exists("never.json"));
}
