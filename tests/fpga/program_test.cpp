// intformer_fpga with tools that answer at once (stand_in_tools): what it is told, says and keeps.

#include "tests/program.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/temporary_folder.hpp"

using namespace intformer::test;

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The tools in a folder of their own, where Python may keep what it likes; and where results go.
struct Place : TemporaryFolder {
  Place() { fs::copy("tests/fpga/stand_in_tools", path("tools"), fs::copy_options::recursive); }

  [[nodiscard]] std::string words(const std::string& arguments) const {
    return arguments + " --tools " + path("tools") + " --out " + path("out");
  }
  [[nodiscard]] Outcome run(const std::string& arguments, const std::string& variables = "") const {
    return runCommand(variables + " " + shellWord(INTFORMER_PROGRAM) + " " + words(arguments));
  }
  [[nodiscard]] json report(const std::string& file) const {
    return json::parse(readText(path("out/" + file)));
  }
};

void expectFirst(const json& report, const std::string& config) {
  CHECK(report.at("generator").get<std::string>().starts_with("intformer "));
  CHECK(report.at("config") == config);
}

const std::string kTiny = "place configs/tiny4.toml ";

}  // namespace

TEST_CASE("one run has a folder at a time") {
  const Place place;
  const std::string gate = place.path("gate"), program = shellWord(INTFORMER_PROGRAM);
  writeFile(place.path("floors.toml"), "[fifo]\nmhz = 1\nbecause = \"x\"\nconfig = \"tiny4\"\n");
  writeFile(place.path("points.txt"), "ecp5 tiny4\necp5 edge8\n");
  const std::string leaves = "leaves --floors " + place.path("floors.toml");
  const std::string area = "area --folder " + place.path();
  for (const auto& [first, second] : std::vector<std::pair<std::string, std::string>>{
           {kTiny + "--seeds 1", kTiny + "--seeds 1 --set vector.lanes=4"},
           {kTiny + "--seeds 1", kTiny + "--map-only"},
           {"synth configs/tiny4.toml", "synth configs/tiny4.toml --target xcup"},
           {leaves, leaves},
           {area, area}}) {
    INFO(first << " and " << second);
    fs::remove(gate);
    fs::remove(gate + ".reached");
    // The first waits at its gate until the second has been refused.
    const Outcome outcome = runCommand(
        "INTFORMER_STAND_IN_GATE=" + gate + " " + program + " " + place.words(first) +
        " >/dev/null 2>&1 & while ! test -e " + gate + ".reached; do sleep 0.1; done; " + program +
        " " + place.words(second) + "; echo second $?; touch " + gate + "; wait $!; echo first $?");
    CHECK_THAT(outcome.text, containsText("another run works there"));
    CHECK_THAT(outcome.text, containsText("--out"));
    CHECK_THAT(outcome.text, containsText("second 1\n"));
    CHECK_THAT(outcome.text, containsText("first 0\n"));
  }
  CHECK(place.run(kTiny + "--map-only").status == 0);  // the lock has ended with its run
}

TEST_CASE("the median of an even number of seeds lies between the two in the middle") {
  const Place place;
  const std::string history = place.path("history.md");
  const Outcome four = place.run(kTiny + "--seeds 9,3 --seeds 5,4 --history " + history);
  INFO(four.text);
  REQUIRE(four.status == 0);
  CHECK_THAT(four.text,
             containsText("tiny4 routed on LFE5U-85F-6: 45.0 MHz, median of 30.0 40.0 50.0 "
                          "90.0; slowest paths of seed 4:"));
  CHECK(place.report("pnr/tiny4/report.json").at("mhz") == 45);
  CHECK(place.report("pnr/tiny4/report.json").at("seed_of_paths") == 4);
  CHECK_THAT(readText(history), containsText(" | tiny4 | 45.0 | 30.0 to 90.0, 4 | "));
  REQUIRE(place.run(kTiny + "--seeds 9,3,5").status == 0);
  CHECK(place.report("pnr/tiny4/report.json").at("mhz") == 50);
}

TEST_CASE("a changed device is named, and is another one in the history") {
  const Place place;
  const std::string history = " --seeds 1 --history " + place.path("history.md");
  const std::string changed = "tiny4 (vector.lanes=4)";
  writeFile(place.path("history.md"), "| commit | config |\n");
  REQUIRE(place.run(kTiny + history).status == 0);
  expectFirst(place.report("pnr/tiny4/report.json"), "tiny4");
  const Outcome other = place.run(kTiny + "--set vector.lanes=4" + history);
  CHECK_THAT(other.text, containsText("mapping " + changed));
  CHECK_THAT(other.text, containsText(changed + " on LFE5U-85F-6, flat\n"));
  CHECK_THAT(other.text, containsText(changed + " routed on"));
  const json report = place.report("pnr/tiny4/report.json");
  expectFirst(report, changed);
  CHECK(report.at("plan").at("lanes") == 4);
  CHECK(report.at("plan").at("target") == "ecp5");
  REQUIRE(place.run(kTiny + history).status == 0);  // takes the place of its own row alone
  const std::string rows = readText(place.path("history.md"));
  CHECK(std::ranges::count(rows, '\n') == 3);
  CHECK_THAT(rows, containsText("| commit | config |\n"));
  CHECK_THAT(rows, containsText(" | tiny4 | "));
  CHECK_THAT(rows, containsText(" | " + changed + " | "));

  const Outcome synth = place.run("synth configs/tiny4.toml --set vector.lanes=4");
  CHECK_THAT(synth.text, containsText(changed + " on Lattice ECP5, flat"));
  CHECK_THAT(synth.text, containsText(changed + " on AMD UltraScale+, flat"));
  expectFirst(place.report("synth/tiny4/xcup/levels.json"), changed);
  CHECK(place.report("synth/tiny4/xcup/levels.json").at("plan").at("target") == "ultrascale");
  CHECK_THAT(place.run("synth configs/tiny4.toml --set target.family=ultrascale").text,
             containsText("tiny4 (target.family=ultrascale) on Lattice ECP5"));
}

TEST_CASE("the device's name counts, not its file's") {
  const Place place;
  for (const char* file : {"other.toml", "...toml"}) {
    INFO(file);
    const std::string config = place.path(file);
    fs::copy_file("configs/tiny4.toml", config);
    REQUIRE_THAT(readText(config), containsText("name = \"tiny4\""));
    const Outcome outcome = place.run("place --seeds 1 " + config);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.text, containsText("load_unit.sv:40"));
    CHECK(fs::exists(place.path("out/pnr/tiny4/report.json")));
    REQUIRE(place.run("synth " + config).status == 0);
    CHECK(fs::exists(place.path("out/synth/tiny4/xcup/levels.json")));
    fs::remove_all(place.path("out/pnr/tiny4"));
    fs::remove_all(place.path("out/synth/tiny4"));
    CHECK(fs::is_empty(place.path("out/pnr")));
    CHECK(fs::is_empty(place.path("out/synth")));
  }
}

TEST_CASE("points that are none, refused or twice there are named before the first is mapped") {
  const Place place;
  const std::string list = place.path("points.txt"), folder = "area --folder " + place.path();
  writeFile(place.path("measured.json"), "as it was");
  writeFile(place.path("coefficients.json"), "as it was");
  const auto expectPoints = [&](const std::string& text, const std::vector<std::string>& reasons) {
    INFO(text);
    writeFile(list, text);
    const Outcome outcome = place.run(folder);
    CHECK(outcome.status == 1);
    for (const std::string& reason : reasons) CHECK_THAT(outcome.text, containsText(reason));
    CHECK(outcome.text.find("mapping") == std::string::npos);
    CHECK(readText(place.path("measured.json")) == "as it was");
    CHECK(readText(place.path("coefficients.json")) == "as it was");
  };
  expectPoints("", {list + ": names no device"});
  expectPoints("# nothing\n\n", {list + ": names no device"});
  expectPoints("ecp5 tiny4\n# \nice40 tiny4\n", {list + ":3: not \"ecp5 CONFIG"});
  expectPoints("ecp5 tiny4\necp5 tiny4 vector.lanes=3\necp5 nosuch\n",
               {list + ":2: ecp5 tiny4 vector.lanes=3: --set vector.lanes=3",
                list + ":3: ecp5 nosuch: configs/nosuch.toml: cannot be opened"});
  expectPoints("ecp5 tiny4\necp5 edge8\necp5 tiny4\n",
               {list + ":3: ecp5 tiny4: is the same device as " + list + ":1: ecp5 tiny4"});
  expectPoints("xcup tiny4\nxcup tiny4 vector.lanes=2\n", {list + ":2: "});  // has 2 as it is

  const auto expectMeasured = [&](const std::string& text, const std::string& reason) {
    writeFile(place.path("measured.json"), text);
    expectRefusal(folder + " --fit-only", place.path("measured.json") + ": " + reason);
    CHECK(readText(place.path("measured.json")) == text);
    CHECK(readText(place.path("coefficients.json")) == "as it was");
  };
  expectMeasured(R"({"devices": []})", "names no device");
  writeFile(list, "ecp5 tiny4\necp5 edge8\n");
  CHECK(place.run(folder).status == 0);
  json measured = json::parse(readText(place.path("measured.json")));
  REQUIRE(measured.at("devices").size() == 2);
  CHECK(expectFine(folder + " --fit-only").status == 0);
  writeFile(place.path("coefficients.json"), "as it was");
  measured["devices"][1]["config_hash"] = "0x0";
  expectMeasured(measured.dump(), "ecp5 edge8: its config has changed since it was mapped");
  measured["devices"][1] = measured["devices"][0];
  expectMeasured(measured.dump(), "ecp5 tiny4: is the same device as");
}

TEST_CASE("a module that a tool fails at has no speed") {
  const Place place;
  const std::string floors = place.path("floors.toml");
  writeFile(floors,
            "[fifo]\nmhz = 1\nbecause = \"x\"\nconfig = \"tiny4\"\n"
            "[top]\nmhz = 99\nconfig = \"tiny4\"\n");
  const std::string leaves = "leaves --floors " + floors;
  const Outcome failed = place.run(leaves, "INTFORMER_STAND_IN_FAILS=leaves/tiny4/fifo");
  INFO(failed.text);
  CHECK(failed.status == 1);
  CHECK_THAT(failed.text, containsText("fifo: not measured: yosys failed; see "));
  CHECK_THAT(failed.text, containsText("leaves/tiny4/fifo/yosys.log"));
  CHECK(failed.text.find("fifo: below") == std::string::npos);
  CHECK_THAT(failed.text, containsText("slowest: top, 20.0 MHz"));
  CHECK_THAT(failed.text, containsText("top: below its floor"));
  const json report = place.report("leaves/leaves.json");
  CHECK(report.at(0).contains("fault"));
  CHECK_FALSE(report.at(0).contains("mhz"));
  const Outcome below = place.run(leaves);
  CHECK(below.status == 2);
  CHECK(below.text.find("fifo: ") == std::string::npos);

  const auto refuses = [&](const std::string& arguments, const std::string& reason) {
    const Outcome outcome = place.run(leaves + arguments);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.text, containsText(reason));
  };
  refuses(" --module fifo --quick", "fifo has a line, but is not marked as quick");
  refuses(" --module nosuch --quick", "has no line for nosuch");
  refuses(" --quick", "marks as quick no module");
}

TEST_CASE("a command line means one thing, or is refused") {
  const Place place;
  const auto refuses = [&](const std::string& arguments, const std::string& reason) {
    INFO(arguments);
    const Outcome outcome = place.run(arguments);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.text, containsText(reason));
    CHECK(outcome.text.find("mapping") == std::string::npos);
    CHECK_FALSE(fs::exists(place.path("out")));
  };
  refuses(kTiny + "--seeds 1 2", "place: '2' is one argument too many");
  refuses(kTiny + "--seeds 1,2 --seeds 2", "--seeds: 2 is given twice");
  refuses(kTiny + "--seeds ''", "--seeds ''");
  refuses(kTiny + "--seeds 1,", "--seeds 1,");
  refuses(kTiny + "--seeds -1", "--seeds -1");
  refuses(kTiny + "--seeds 99999999999", "--seeds 99999999999: is too large");
  refuses(kTiny + "--jobs 0", "--jobs 0: must be 1 to 64");
  refuses(kTiny + "--set", "--set: its value is missing");
  refuses(kTiny + "--nosuch", "place: unknown option --nosuch");
  for (const char* option : {"--seeds 1", "--history x", "--jobs 2"})
    refuses(kTiny + "--map-only " + option, "--map-only and --");
  refuses("place nosuch.toml", "nosuch.toml: cannot be opened");
  refuses("synth", "synth: config is missing");
  refuses("synth configs/tiny4.toml --set vector.lanes=3 --set array.dim=5", "array.dim=5");
  refuses("synth configs/tiny4.toml --target ice40", "must be one of ecp5, xcup, both");
  refuses("area --fit-only", "--fit-only and --");
  expectRefusal("plaze configs/tiny4.toml", "unknown command plaze; did you mean place?");
  expectRefusal("", "Usage: intformer_fpga");
  expectRefusal("--tools x place", "--tools belongs to a command");
  expectRefusal("place --tools " + place.path("nosuch"), "holds no tools");
  CHECK_THAT(expectFine("--version").text, containsText("intformer_fpga "));
}

TEST_CASE("--set and --seeds take one word each, wherever the config stands") {
  const Place place;
  CHECK_THAT(place.run("place --set vector.lanes=4 --seeds 7 configs/tiny4.toml").text,
             containsText("tiny4 (vector.lanes=4) routed on LFE5U-85F-6: 70.0 MHz"));
  CHECK(place.run("synth --set vector.lanes=4 configs/tiny4.toml").status == 0);
}

TEST_CASE("a history that cannot be written is refused before anything is mapped") {
  const Place place;
  for (const std::string& history : {place.path(), place.path("tools/packages/x.md")}) {
    const Outcome outcome = place.run(kTiny + "--history " + history);
    INFO(outcome.text);
    CHECK(outcome.status == 1);
    CHECK(outcome.text.find("mapping") == std::string::npos);
  }
  CHECK_THAT(place.run(kTiny + "--seeds 1 --history - 2>/dev/null").text,
             containsText(" | tiny4 | 10.0 | "));
}
