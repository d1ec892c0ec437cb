#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

using intformer::test::readText;
using intformer::test::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

/// The quick mode on a small model; what it says on stderr goes to a file.
std::string quick(const std::string& config, const fs::path& json, const fs::path& errors) {
  return intformer::test::shellWord(INTFORMER_BENCH) + " --quick --runs 1 --seq 7 --config " + config +
         " --model configs/models/tiny-tokens.toml"
         " --small-model configs/models/tiny-tokens.toml --trained none.itf >/dev/null </dev/null --json " +
         json.string() + " 2>" + errors.string();
}

int exitOf(const std::string& command) { return WEXITSTATUS(std::system(command.c_str())); }

}  // namespace

TEST_CASE("the benchmark writes its figures as a list of name, value, unit and goal") {
  const TemporaryFolder folder;
  const fs::path file = folder.path("new/bench.json");
  REQUIRE(exitOf(quick("configs/tiny4.toml", file, "/dev/null")) == 0);  // all values were equal
  CHECK(std::distance(fs::directory_iterator(file.parent_path()), {}) == 1);

  const auto list = nlohmann::json::parse(readText(file));
  REQUIRE(list.is_array());
  std::set<std::string> names;
  std::set<std::string> units;
  std::size_t goals = 0;
  for (const auto& entry : list) {
    INFO(entry.dump());
    REQUIRE(entry.size() == 4);
    names.insert(entry.at("name").get<std::string>());
    units.insert(entry.at("unit").get<std::string>());
    const double value = entry.at("value").get<double>();
    CHECK(std::isfinite(value));
    CHECK(value > 0);
    if (entry.at("unit") == "%") CHECK(value <= 100);
    const auto& goal = entry.at("goal");
    if (goal.is_null()) continue;
    ++goals;
    CHECK(std::regex_match(goal.get<std::string>(), std::regex("[<>]= [0-9.]+")));
  }
  CHECK(names.size() == list.size());
  CHECK(goals > 5);
  CHECK(units == std::set<std::string>{"%", "1/s", "cycles", "kHz", "s", "values", "x"});
  for (const char* name : {"RTL simulation, best compiler", "golden model", "performance model",
                           "values compared, golden = emulator = RTL"})
    CHECK(std::ranges::any_of(names, [&](const std::string& full) {
      return full.ends_with(std::string(": ") + name);
    }));
}

TEST_CASE("the benchmark says what it cannot read or write, and leaves nothing behind") {
  const TemporaryFolder folder;
  const fs::path errors = folder.path("errors");
  CHECK(exitOf(quick("configs/none.toml", folder.path("bench.json"), errors)) == 1);
  CHECK(readText(errors).find("configs/none.toml") != std::string::npos);
  CHECK(exitOf(quick("configs/tiny4.toml", errors / "bench.json", errors)) == 1);
  CHECK_FALSE(readText(errors).empty());
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}
