// What the scripts make of arguments that they do not have: nothing. What one of them changes is there.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/program.hpp"
#include "tests/temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace intformer::test;

namespace {

/// A copy of the scripts in a project without anything else, so that nothing can be done.
struct Project : TemporaryFolder {
  std::vector<std::string> names;

  Project() {
    fs::copy("scripts", path("scripts"), fs::copy_options::recursive);
    for (const auto& entry : fs::directory_iterator(path("scripts")))
      if (entry.path().extension() == ".sh" && entry.path().filename() != "arguments.sh" &&
          entry.path().filename() != "pypi.sh" && entry.path().filename() != "fetch.sh")
        names.push_back("scripts/" + entry.path().filename().string());
    std::ranges::sort(names);
  }
  [[nodiscard]] Outcome run(const std::string& script, const std::string& arguments) const {
    return runCommand("cd " + path() + " && sh " + script + " " + arguments + " </dev/null");
  }
};

}  // namespace

TEST_CASE("every script says how it is used, and does nothing else then", "[scripts]") {
  const Project project;
  REQUIRE(project.names.size() >= 5);
  const auto before = readTree(project.path());
  for (const std::string& script : project.names)
    for (const std::string arguments : {"--help", "-h", "somewhere --help"}) {
      INFO(script << " " << arguments);
      const Outcome outcome = project.run(script, arguments);
      CHECK(outcome.status == 0);
      CHECK_THAT(outcome.text, containsText("Usage: " + script));
      CHECK_THAT(outcome.text, !containsText("#"));
      CHECK_THAT(outcome.text, !containsText("set -"));  // the comment alone
      CHECK(readTree(project.path()) == before);
    }
}

TEST_CASE("every script refuses options and arguments that it does not have", "[scripts]") {
  const Project project;
  const auto before = readTree(project.path());
  for (const std::string& script : project.names)
    for (const std::string arguments : {"--hlep", "-x", "-", "file --out", "one two"}) {
      INFO(script << " " << arguments);
      const Outcome outcome = project.run(script, arguments);
      CHECK(outcome.status == 1);
      CHECK_THAT(outcome.text, containsText("--help says"));
      CHECK_THAT(outcome.text, containsText(fs::path(script).stem().string() + ": "));
      CHECK(readTree(project.path()) == before);
      CHECK(std::distance(fs::directory_iterator(project.path()), {}) == 1);
    }
}

TEST_CASE("what a mutant replaces stands once in its file, and its test is there", "[scripts]") {
  std::ifstream table("tests/mutants.txt");
  std::string file, old, put, test;
  int mutants = 0;
  while (std::getline(table, file)) {
    if (file.empty()) continue;
    REQUIRE(std::getline(table, old));
    REQUIRE(std::getline(table, put));
    REQUIRE(std::getline(table, test));
    INFO(file << ": " << old);
    ++mutants;
    REQUIRE(old.starts_with("- "));
    REQUIRE(put.starts_with("+ "));
    const std::string text = readText(file), line = old.substr(2);
    const std::size_t at = text.find(line);
    CHECK(at != std::string::npos);
    CHECK(text.find(line, at + 1) == std::string::npos);
    CHECK(old.substr(2) != put.substr(2));
    const Outcome found =
        runCommand("grep -rqs '" + test.substr(0, test.find(' ')) + "' tests --include=CMakeLists.txt");
    CHECK(found.status == 0);
  }
  CHECK(mutants > 80);
}
