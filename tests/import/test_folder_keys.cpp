// The table of a folder's keys: what it refuses, and that docs/9-models.md shows it.
#include <fmt/format.h>

#include <set>
#include <sstream>

#include "sw/files/import_error.hpp"
#include "sw/import/folder_keys.hpp"
#include "tests/catch.hpp"
#include "tests/temporary_folder.hpp"

namespace intformer::test {

using namespace importer;

namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

std::vector<std::string> wordsOf(const char* text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string quoted(const char* words, const char* between) {
  std::string all;
  for (const std::string& word : wordsOf(words))
    all += (all.empty() ? "" : between) + fmt::format("`{}`", word);
  return all;
}

std::string tableText() {
  std::string text = "| file | keys | what becomes of them |\n|---|---|---|\n";
  for (const FolderKeys& row : folderKeys()) {
    const std::string values = quoted(row.values, " or ");
    text += fmt::format("| {} | {} | {}: {} |\n", row.file, quoted(row.keys, " "),
                        row.use == KeyUse::Read      ? "honoured"
                        : row.use == KeyUse::Ignored ? "changes nothing"
                        : values.empty()             ? "must be missing or null"
                                                     : "must be " + values,
                        row.why);
  }
  return text;
}

TEST_CASE("the documentation shows the table of a folder's keys", "[import]") {
  const std::string table = tableText();
  const bool shown = readText("docs/9-models.md").find("\n\n" + table + "\n") != std::string::npos;
  if (!shown) writeFile("build/folder_keys.md", table);
  INFO("docs/9-models.md must hold the table that is now in build/folder_keys.md");
  CHECK(shown);
}

TEST_CASE("a key has one row, and one with other values is refused by name", "[import]") {
  std::set<std::string> seen;
  for (const FolderKeys& row : folderKeys())
    for (const std::string& key : wordsOf(row.keys)) {
      INFO(row.file << " " << key);
      CHECK(seen.insert(std::string(row.file) + " " + key).second);
      std::vector<std::string> faults, notes;
      const auto check = [&](const json& value) {
        checkKeys(row.file, {{key, value}}, "a/file", faults, notes);
      };
      check(nullptr);
      for (const std::string& value : wordsOf(row.values)) check(json::parse(value));
      CHECK(faults.empty());
      check("of another kind");
      CHECK(notes.empty());
      REQUIRE(faults.size() == (row.use == KeyUse::Must ? 1 : 0));
      if (!faults.empty())
        CHECK_THAT(faults[0], Contains("a/file: " + key + ": must be ") &&
                                  Contains("got \"of another kind\": " + std::string(row.why)));
    }
}

TEST_CASE("a key that is not in the table is named", "[import]") {
  std::vector<std::string> notes;
  requireKeys("config.json", {{"colour", "blue"}, {"hidden_size", 3}}, "a/config.json", notes);
  CHECK(notes ==
        std::vector<std::string>{"a/config.json: colour: is not known and left out, got \"blue\""});
  CHECK_THROWS_WITH(
      requireKeys("config.json", {{"is_decoder", true}, {"model_type", "t5"}}, "x", notes),
      Contains("x: is_decoder: must be false, got true") &&
          Contains("x: model_type: must be \"bert\", got \"t5\""));
}

}  // namespace
}  // namespace intformer::test
