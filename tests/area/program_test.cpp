// What estimate says of a device's size and lanes.

#include "tests/program.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/temporary_folder.hpp"

using namespace intformer::test;

namespace {
const std::string kLayer =
    "estimate configs/models/bert-base.toml --seq 128 --encoder-only --lanes --config ";
}

TEST_CASE("estimate says what a device takes, without a model") {
  const TemporaryFolder folder;
  const Outcome output =
      expectFine("estimate --config configs/tiny4.toml --area --json " + folder.path("x.json"));
  CHECK_THAT(output.text, containsText("tiny4 on Lattice ECP5\n  about "));
  CHECK_THAT(output.text, containsText("tiny4 on AMD UltraScale+\n  about "));
  CHECK_THAT(output.text, containsText("53 DSPs, 35 DP16KDs (counted)"));
  const auto json = nlohmann::json::parse(std::ifstream(folder.path("x.json")));
  REQUIRE(json.at("area").size() == 2);
  CHECK(json["area"][0].at("family") == "ecp5");
  CHECK(json["area"][0].at("dsp") == 53);
  CHECK(json["area"][1].at("lut") > 5000);
  const Outcome one =
      expectFine("estimate --config configs/tiny4.toml --area --set target.family=ecp5");
  CHECK(one.text.find("UltraScale") == std::string::npos);
}

TEST_CASE("beside a model's cycles stand times at the clock") {
  const std::string words =
      "estimate configs/models/tiny.toml --config configs/tiny4.toml --seq 5 --area";
  CHECK_THAT(expectFine(words).text, containsText("--set target.clock_mhz=N"));
  CHECK_THAT(expectFine(words + " --set target.clock_mhz=50").text,
             containsText("tokens per second"));
}

TEST_CASE("sizes beyond the measured ones are named") {
  CHECK_THAT(expectFine("estimate --config configs/array64.toml --area").text,
             containsText("array.dim 64 (4 to "));
}

TEST_CASE("an option that needs a model is refused without one") {
  for (const char* option : {"--seq 4", "--lanes", "--layers 2", "--mem-latency 7", "--memory ddr4"})
    expectRefusal(std::string("estimate --config configs/tiny4.toml --area ") + option,
                  "give a model");
  expectRefusal("estimate --config configs/tiny4.toml", "give a model");
  CHECK(runProgram("estimate --tables --area").status != 0);
}

TEST_CASE("8 lanes are enough for base16") {
  const TemporaryFolder folder;
  const Outcome output = expectFine(kLayer + "configs/base16.toml --json " + folder.path("x.json"));
  INFO(output.text);
  const auto json = nlohmann::json::parse(std::ifstream(folder.path("x.json")));
  for (const auto& row : json.at("lanes"))
    CHECK(row.at("proposed").get<bool>() == (row.at("lanes") == 8));
  CHECK(json["lanes"].size() == 5);
  CHECK_THAT(output.text, containsText("<- proposed"));
}
