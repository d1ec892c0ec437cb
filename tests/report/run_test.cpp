#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/program.hpp"
#include "tests/report/page.hpp"

using namespace intformer;

namespace {

const std::string kRun = "run configs/models/tiny.toml --config configs/tiny4.toml --seq 5 ";

std::string textOf(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("run writes timeline and report of the RTL, and leaves nothing else behind") {
  const auto folder = std::filesystem::temp_directory_path() / "intformer_report_test";
  std::filesystem::remove_all(folder);
  const auto timeline = folder / "t.json";
  const auto page = folder / "report.html";
  const test::Outcome run = test::runProgram(kRun + "--backend rtl --timeline " +
                                             timeline.string() + " --report " + page.string());
  REQUIRE(run.status == 0);
  const auto json = nlohmann::json::parse(textOf(timeline));
  CHECK(json.at("traceEvents").size() > 50);
  CHECK(json.at("otherData").at("config") == "tiny4");
  const std::string html = textOf(page);
  CHECK(report_test::faultOf(html).empty());
  CHECK(html.find("EQUAL: golden and RTL agree") != std::string::npos);
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 2);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a timeline without the RTL is refused") {
  CHECK(test::runProgram(kRun + "--backend emulator --timeline never.json").status == 1);
  CHECK_FALSE(std::filesystem::exists("never.json"));
}
