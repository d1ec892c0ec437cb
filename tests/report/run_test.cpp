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

TEST_CASE("a timeline without the RTL is refused") {
  CHECK(test::runProgram(kRun + "--backend emulator --timeline never.json").status == 1);
  CHECK_FALSE(std::filesystem::exists("never.json"));
}
